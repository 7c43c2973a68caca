#[test]
fn timing() {
    use angora_core::{Purpose, Stream};
    let mut s = Stream::new(1, 0, 0, Purpose::Action);
    let t = |name: &str, f: &mut dyn FnMut() -> f64| {
        let start = std::time::Instant::now();
        let mut sum = 0.0;
        for _ in 0..1_000_000 { sum += f(); }
        println!("{name} {:?} ns {sum}", start.elapsed().as_nanos() as f64 / 1e6);
    };
    t("uniform", &mut || s.uniform());
    t("normal", &mut || s.normal());
    let d = crate::distributions::distribution(angora_brain::DistributionKind::Beta, &crate::distributions::box_action(6));
    let raw = crate::gradients::numbers(12, 1);
    let mut a = [0.0; 6];
    t("sample", &mut || f64::from(d.sample(&raw, &mut s, &mut a)));
    t("log_prob", &mut || f64::from(d.log_prob(&raw, &a)));
    let g = crate::distributions::distribution(angora_brain::DistributionKind::Gaussian, &crate::distributions::box_action(6));
    t("gauss sample", &mut || f64::from(g.sample(&raw, &mut s, &mut a)));
}
