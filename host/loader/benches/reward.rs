//! A reward over 64 signals: native, sandboxed through the component model, and as a core module
//! that shares memory with the host, which is what the component model's guarantees cost.
#![allow(clippy::unwrap_used, reason = "a bench")]

use angora_loader::{Catalogue, Discovery, LoadedReward};
use angora_plugin_api::{ActionSpec, RewardContext, SignalSpec};
use divan::{Bencher, black_box};
use std::path::PathBuf;
use wasmtime::{Config, Engine, Instance, Module, Store};

const SIGNALS: usize = 64;
const TERMS: usize = 3;

fn main() {
    divan::main();
}

/// Where Cargo builds.
fn target() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    exe.ancestors().nth(3).unwrap().to_path_buf()
}

fn reward(file: &str) -> Box<dyn LoadedReward> {
    let mut discovery = Discovery::default();
    let file = target().join(file).display().to_string();
    discovery.name(&file).expect("built by `./angora bench`");
    let signal = SignalSpec {
        name: "values".into(),
        len: SIGNALS,
        unit: String::new(),
        elements: Vec::new(),
    };
    let context = RewardContext {
        signals: vec![signal],
        action: ActionSpec::Discrete { n: 2 },
        control_timestep: None,
    };
    let config = serde_json::json!({});
    let catalogue = Catalogue::new(discovery);
    catalogue.reward("apart", &config, &context).unwrap()
}

fn signals() -> Vec<f64> {
    (0..SIGNALS).map(|i| (i as f64 * 0.7).sin()).collect()
}

fn call(bencher: Bencher, mut reward: Box<dyn LoadedReward>) {
    let (signals, mut terms) = (signals(), [0.0; TERMS]);
    reward.reset(1, &signals).unwrap();
    bencher.bench_local(move || {
        reward
            .evaluate(black_box(&signals), &[1.0], 0.5, &mut terms)
            .unwrap();
        terms[0]
    });
}

#[divan::bench(sample_size = 1000)]
fn native(bencher: Bencher) {
    call(bencher, reward("debug/libtiny_tasks.so"));
}

#[divan::bench(sample_size = 1000)]
fn component(bencher: Bencher) {
    call(
        bencher,
        reward("wasm32-unknown-unknown/debug/tiny_tasks.wasm"),
    );
}

/// The same sums over memory that the host writes and reads itself.
const RAW: &str = r#"(module
  (memory (export "memory") 1)
  (func (export "evaluate") (param $n i32)
    (local $a i32) (local $b i32) (local $end i32)
    (local $apart f64) (local $effort f64) (local $d f64) (local $e f64)
    (local $apart1 f64) (local $effort1 f64)
    (local.set $end (i32.shl (i32.shr_u (local.get $n) (i32.const 1)) (i32.const 3)))
    (local.set $b (local.get $end))
    (loop $next
      (local.set $e (f64.load (local.get $b)))
      (local.set $d (f64.sub (f64.load (local.get $a)) (local.get $e)))
      (local.set $apart (f64.add (local.get $apart) (f64.mul (local.get $d) (local.get $d))))
      (local.set $effort (f64.add (local.get $effort) (f64.mul (local.get $e) (local.get $e))))
      (local.set $e (f64.load offset=8 (local.get $b)))
      (local.set $d (f64.sub (f64.load offset=8 (local.get $a)) (local.get $e)))
      (local.set $apart1 (f64.add (local.get $apart1) (f64.mul (local.get $d) (local.get $d))))
      (local.set $effort1 (f64.add (local.get $effort1) (f64.mul (local.get $e) (local.get $e))))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $a) (local.get $end))))
    (local.set $apart (f64.add (local.get $apart) (local.get $apart1)))
    (f64.store offset=1024 (i32.const 0) (f64.neg (f64.sqrt (local.get $apart))))
    (f64.store offset=1032 (i32.const 0)
      (f64.mul (f64.const -0.001) (f64.add (local.get $effort) (local.get $effort1))))
    (f64.store offset=1040 (i32.const 0)
      (f64.convert_i32_u (f64.lt (local.get $apart) (f64.const 0.01))))))"#;

#[divan::bench(sample_size = 1000)]
fn raw_memory(bencher: Bencher) {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(true);
    let engine = Engine::new(&config).unwrap();
    let module = Module::new(&engine, wat::parse_str(RAW).unwrap()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let memory = instance.get_memory(&mut store, "memory").unwrap();
    let evaluate = instance
        .get_typed_func::<u32, ()>(&mut store, "evaluate")
        .unwrap();
    let signals = signals();
    bencher.bench_local(move || {
        store.set_epoch_deadline(50);
        let places = memory.data_mut(&mut store).chunks_exact_mut(8);
        for (place, signal) in places.zip(black_box(&signals)) {
            place.copy_from_slice(&signal.to_le_bytes());
        }
        evaluate.call(&mut store, SIGNALS as u32).unwrap();
        let mut terms = [0.0; TERMS];
        let read = memory.data(&store)[1024..].chunks_exact(8);
        for (term, bytes) in terms.iter_mut().zip(read) {
            *term = f64::from_le_bytes(bytes.try_into().unwrap());
        }
        terms[0]
    });
}
