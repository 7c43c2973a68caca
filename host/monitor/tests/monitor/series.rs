//! Curves: cut into buckets, followed, downloaded.

use crate::client::Request;
use crate::runs::{self, Plan, return_at};
use crate::served::Served;
use serde_json::{Value, json};

#[test]
fn a_curve_is_cut_and_keeps_its_peaks() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan {
        cycles: 3_000,
        done: 3_000,
        ..Plan::default()
    };
    runs::write(folder.path(), "r", &plan);
    let served = Served::folder(folder.path());
    let answer = served.get("/api/series?runs=r&metrics=rollout/ep_rew_mean&x=cycles&points=100");
    let curve = &answer["curves"][0];
    let x = curve["x"].as_array().expect("numbers");
    assert_eq!(x.len(), 100);
    let numbers = |name: &str| -> Vec<f64> {
        let values = curve[name].as_array().expect("numbers").iter();
        values
            .map(|value| value.as_f64().expect("a number"))
            .collect()
    };
    let highest = numbers("max").into_iter().fold(f64::MIN, f64::max);
    let expected = (1..=3_000)
        .map(|cycle| return_at(&plan, cycle))
        .fold(f64::MIN, f64::max);
    assert!(
        (highest - expected).abs() < 1e-3,
        "{highest} instead of {expected}"
    );
    assert_eq!(x[99], 3_000.0);
    assert_eq!(
        numbers("last")[99],
        f64::from(return_at(&plan, 3_000) as f32)
    );

    // Within a window the buckets are cut anew.
    let zoom = served
        .get("/api/series?runs=r&metrics=rollout/ep_rew_mean&x=cycles&points=100&from=101&to=150");
    let x = zoom["curves"][0]["x"].as_array().expect("numbers");
    assert_eq!((x.len(), &x[0], &x[51]), (52, &json!(100.0), &json!(151.0)));
    assert_eq!(zoom["curves"][0]["min"], Value::Null);

    let many = served.get("/api/series?runs=r&metrics=region/*/weight_norm&x=time");
    let names: Vec<&Value> = many["curves"].as_array().expect("curves").iter().collect();
    let names: Vec<&Value> = names.iter().map(|curve| &curve["metric"]).collect();
    assert_eq!(
        names,
        ["region/policy/weight_norm", "region/value/weight_norm"]
    );
    assert_eq!(many["unit"], "s");
}

#[test]
fn a_curve_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan {
        done: 10,
        ..Plan::default()
    };
    let run = runs::write(folder.path(), "r", &plan);
    let served = Served::folder(folder.path());
    let target = "/api/series?runs=r&metrics=train/loss&x=steps";
    let first = served.get(target);
    assert_eq!(first["runs"]["r"]["rows"], 10);
    assert_eq!(first["runs"]["r"]["reset"], true);
    let cursor = first["runs"]["r"]["cursor"].as_str().expect("a cursor");
    runs::append(&run, "metrics.jsonl", &runs::line(&plan, 11, 0));
    runs::append(&run, "metrics.jsonl", &runs::line(&plan, 12, 0)[..40]);
    let more = served.get(&format!("{target}&after={cursor}"));
    assert_eq!(more["runs"]["r"]["reset"], false);
    assert_eq!(more["curves"][0]["x"], json!([11.0 * 2_048.0]));
    let cursor = more["runs"]["r"]["cursor"].as_str().expect("a cursor");
    let none = served.get(&format!("{target}&after={cursor}"));
    assert_eq!(
        (&none["curves"], &none["runs"]["r"]["rows"]),
        (&json!([]), &json!(11))
    );

    // Resumed: the file is replaced without the lines after the checkpoint.
    let mut kept: Vec<u8> = (1..=8)
        .flat_map(|cycle| runs::line(&plan, cycle, 0))
        .collect();
    kept.extend(runs::line(&plan, 9, 1));
    std::fs::write(folder.path().join("new"), &kept).expect("writes");
    std::fs::rename(folder.path().join("new"), run.join("metrics.jsonl")).expect("renames");
    let again = served.get(&format!("{target}&after={cursor}"));
    assert_eq!(again["runs"]["r"]["reset"], true);
    assert_eq!(again["runs"]["r"]["rows"], 9);
    let mark = &again["runs"]["r"]["marks"][0];
    assert_eq!(
        (&mark["x"], &mark["segment"]),
        (&json!(9.0 * 2_048.0), &json!(1))
    );
    // A cursor of elsewhere gives everything.
    let odd = served.get(&format!("{target}&after=-"));
    assert_eq!(odd["runs"]["r"]["reset"], true);
}

#[test]
fn a_table_has_every_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan {
        done: 3,
        ..Plan::default()
    };
    runs::write(folder.path(), "r", &plan);
    runs::write(folder.path(), "-s,\"", &plan);
    let served = Served::folder(folder.path());
    let target = "/api/series.csv?q=&runs=r&runs=-s%2C%22&metrics=time/fps&metrics=reward/none";
    let answer = served.ask(&Request::get(target));
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("content-disposition")
            .is_some_and(|d| d.contains("attachment"))
    );
    let text = answer.text();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "run,cycle,segment,steps,time_secs,time/fps,reward/none"
    );
    assert_eq!(lines[1], "r,1,0,2048,0.25,8192,");
    assert_eq!(lines[4], "\"'-s,\"\"\",1,0,2048,0.25,8192,");
    assert_eq!(lines.len(), 8);
}

#[test]
fn a_run_that_is_gone_is_missing_and_the_others_are_there() {
    let folder = tempfile::tempdir().expect("a folder");
    runs::write(folder.path(), "r", &Plan::default());
    let served = Served::folder(folder.path());
    let answer = served.get("/api/series?runs=gone&runs=r&metrics=time/fps");
    assert_eq!(answer["missing"], json!(["gone"]));
    assert_eq!(answer["runs"]["r"]["rows"], 100);
}
