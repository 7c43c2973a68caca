//! Modules that mean harm: each ends in words of its own, and in time.

use crate::module::{Module, step};
use angora_loader::WasmLimits;
use std::time::{Duration, Instant};

const WHO: &str = "plugin by-hand 1.0.0, reward \"hand\", call";

/// What is said of a module's step.
fn said(module: &Module<'_>, limits: &WasmLimits) -> String {
    let mut reward = module.reward(limits).expect("it loads");
    let fault = step(&mut reward).expect_err("it is stopped").to_string();
    // Whatever it did, it is not called again: or it is as before.
    if let Err(again) = step(&mut reward) {
        let again = again.to_string();
        let expected =
            format!("{WHO} evaluate: was called again after a panic: it was stopped before");
        assert!(again == expected || again == fault, "{again}");
    }
    fault
}

/// What is said of a module that does not come as far as a step.
fn refused(module: &Module<'_>, limits: &WasmLimits) -> String {
    match module.reward(limits) {
        Ok(_) => panic!("it was loaded"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn honest_it_works() {
    let module = Module {
        more: r#"(data (i32.const 256) "\00\00\00\00\00\00\f0\3f\00\00\00\00\00\00\00\40")"#,
        ..Module::default()
    };
    let mut reward = module.reward(&WasmLimits::default()).unwrap();
    for _ in 0..10_000 {
        assert_eq!(step(&mut reward).unwrap(), [1.0, 2.0]);
    }
    assert_eq!(reward.save().unwrap(), Vec::<u8>::new());
    reward.restore(&[1, 2, 3]).unwrap();
}

/// The time of a call that is stopped: the best of three, since the machine may be busy elsewhere.
#[test]
fn an_endless_loop_ends_at_its_deadline() {
    let limits = WasmLimits {
        deadline_ms: 500,
        ..WasmLimits::default()
    };
    let endless = "(loop $l (br $l)) (unreachable)";
    let step_for_ever = Module {
        evaluate: endless,
        ..Module::default()
    };
    let words = "did not answer in time: it was stopped after 500 ms (wasm.deadline_ms) (at function evaluate)";
    // A busy machine may be late each time but one.
    let in_time = (0..20).any(|_| {
        let mut reward = step_for_ever.reward(&limits).unwrap();
        let start = Instant::now();
        let fault = step(&mut reward).expect_err("it is stopped");
        let took = start.elapsed();
        assert_eq!(fault.to_string(), format!("{WHO} evaluate: {words}"));
        assert!(took >= Duration::from_millis(500), "{took:?}");
        took <= Duration::from_millis(550)
    });
    assert!(in_time, "it is always stopped more than a tenth too late");
    // At the start as well, where nothing was asked of it yet.
    let at_start = Module {
        more: "(func $begin (loop $l (br $l))) (start $begin)",
        ..Module::default()
    };
    let said = refused(&at_start, &limits);
    assert!(
        said.starts_with(&format!("{WHO} load: did not answer in time")),
        "{said}"
    );
    let in_create = Module {
        create: endless,
        ..Module::default()
    };
    let said = refused(&in_create, &limits);
    assert!(
        said.starts_with(&format!("{WHO} new: did not answer in time")),
        "{said}"
    );
}

#[test]
fn fuel_runs_out_at_the_same_place() {
    let limits = |fuel| WasmLimits {
        fuel: Some(fuel),
        ..WasmLimits::default()
    };
    let endless = Module {
        evaluate: "(loop $l (br $l)) (unreachable)",
        ..Module::default()
    };
    assert_eq!(
        said(&endless, &limits(100_000)),
        format!(
            "{WHO} evaluate: did not answer in time: it used up its 100000 units of fuel (wasm.fuel) (at function evaluate)"
        )
    );
    // A hundred rounds: the least fuel that suffices is the same number each time.
    let counting = Module {
        evaluate: "(local $i i32) (loop $l
            (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100))))
            (i32.const 48)",
        ..Module::default()
    };
    let suffices = |fuel| step(&mut counting.reward(&limits(fuel)).unwrap()).is_ok();
    let least = (0..2).map(|_| {
        let (mut low, mut high) = (100, 10_000);
        while low < high {
            let middle = (low + high) / 2;
            if suffices(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    });
    let least: Vec<u64> = least.collect();
    assert_eq!(least[0], least[1]);
    assert!((600..2000).contains(&least[0]), "{least:?}");
}

#[test]
fn what_traps_is_said_in_words() {
    let cases = [
        (
            "(call $evaluate (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4))",
            "was stopped by the sandbox: its calls are nested too deep for a stack of 512 KiB (at function evaluate)",
        ),
        (
            "(loop $l (br_if $l (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0)))) (unreachable)",
            "was stopped by the sandbox: it asked for more than 64 MiB of memory (wasm.memory_mib) (at function evaluate)",
        ),
        (
            "(i32.load (i32.const 0x7fffffff))",
            "was stopped by the sandbox: it used an address outside of its memory (at function evaluate)",
        ),
        (
            "(unreachable)",
            "was stopped by the sandbox: it gave up without saying why (`unreachable`) (at function evaluate)",
        ),
        (
            "(i32.div_u (i32.const 1) (i32.const 0))",
            "was stopped by the sandbox: integer divide by zero (at function evaluate)",
        ),
    ];
    for (evaluate, words) in cases {
        let module = Module {
            evaluate,
            ..Module::default()
        };
        let said = said(&module, &WasmLimits::default());
        assert_eq!(said, format!("{WHO} evaluate: {words}"));
    }
}

#[test]
fn memory_is_limited_from_the_start() {
    let large = Module {
        memory: "(memory (export \"memory\") 20000)",
        ..Module::default()
    };
    assert_eq!(
        refused(&large, &WasmLimits::default()),
        format!(
            "{WHO} load: was stopped by the sandbox: it asked for more than 64 MiB of memory (wasm.memory_mib)"
        )
    );
    let table = Module {
        more: "(table 100000000 funcref)",
        ..Module::default()
    };
    assert_eq!(
        refused(&table, &WasmLimits::default()),
        format!(
            "{WHO} load: was stopped by the sandbox: it asked for more than 64 MiB of memory (wasm.memory_mib)"
        )
    );
    let enough = WasmLimits {
        memory_mib: 1300,
        ..WasmLimits::default()
    };
    assert!(large.reward(&enough).is_ok());
}

/// Results that are not what the contract says.
#[test]
fn wrong_values_are_refused() {
    // Writes a result at 48 with this address and length of its list.
    let list = |address: u32, len: u32| {
        format!(
            "(i32.store (i32.const 52) (i32.const {address})) (i32.store (i32.const 56) (i32.const {len})) (i32.const 48)"
        )
    };
    let term = |value: &str| format!("(f64.store (i32.const 264) ({value})) (i32.const 48)");
    let cases = [
        (
            list(256, 1),
            "wrote a wrong number of values (reward terms): the spec says 2, it gave 1",
        ),
        (
            list(256, 300),
            "wrote a wrong number of values (reward terms): the spec says 2, it gave 300",
        ),
        (
            list(65_536, 2),
            "returned a value outside the contract: list pointer/length out of bounds of memory",
        ),
        (
            list(256, u32::MAX),
            "returned a value outside the contract: list pointer/length out of bounds of memory",
        ),
        (
            list(257, 2),
            "returned a value outside the contract: list pointer is not aligned",
        ),
        (
            "(i32.const 0x7ffffffc)".into(),
            "returned a value outside the contract: pointer out of bounds of memory",
        ),
        (
            "(i32.store8 (i32.const 48) (i32.const 7)) (i32.const 48)".into(),
            "returned a value outside the contract: invalid expected discriminant",
        ),
        (
            term("f64.const nan:0x123"),
            "wrote a value that is not finite (reward term b): it is NaN, or was not written",
        ),
        (
            term("f64.const -inf"),
            "wrote a value that is not finite (reward term b): it is -inf",
        ),
    ];
    for (evaluate, words) in cases {
        let module = Module {
            evaluate: &evaluate,
            ..Module::default()
        };
        let said = said(&module, &WasmLimits::default());
        assert_eq!(said, format!("{WHO} evaluate: {words}"), "{evaluate}");
    }
}

/// A fault whose words are 32 MiB of `x`, and one whose words are no text.
#[test]
fn a_huge_text_is_cut() {
    let fault = |address: u32, len: u32| {
        format!(
            "(drop (memory.grow (i32.const 600)))
             (memory.fill (i32.const 65536) (i32.const 120) (i32.const 0x2000000))
             (i32.store8 (i32.const 48) (i32.const 1))
             (i32.store (i32.const 52) (i32.const 1))
             (i32.store (i32.const 56) (i32.const {address})) (i32.store (i32.const 60) (i32.const {len}))
             (i32.store (i32.const 64) (i32.const 0)) (i32.store (i32.const 68) (i32.const 0))
             (i32.const 48)"
        )
    };
    let huge = fault(65_536, 0x200_0000);
    let module = Module {
        evaluate: &huge,
        ..Module::default()
    };
    let said_of_huge = said(&module, &WasmLimits::default());
    assert_eq!(
        said_of_huge,
        format!("{WHO} evaluate: failed: {} ...", "x".repeat(2000))
    );
    let no_text = format!(
        "(i32.store (i32.const 512) (i32.const 0xfffefdfc)) {}",
        fault(512, 4)
    );
    let module = Module {
        evaluate: &no_text,
        ..Module::default()
    };
    let said = said(&module, &WasmLimits::default());
    assert!(
        said.starts_with(&format!(
            "{WHO} evaluate: returned a value outside the contract: invalid utf-8 sequence"
        )),
        "{said}"
    );
}

#[test]
fn nothing_of_the_machine_can_be_imported() {
    let cases = [
        (
            r#"(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))"#,
            "wasi_snapshot_preview1",
        ),
        (r#"(import "env" "clock" (func (result i64)))"#, "env"),
        (
            r#"(import "angora:plugin/host@1.0.0" "open-file" (func (param i32 i32)))"#,
            "open-file",
        ),
    ];
    for (imports, word) in cases {
        let module = Module {
            imports,
            ..Module::default()
        };
        let said = refused(&module, &WasmLimits::default());
        assert!(
            said.starts_with("plugin by-hand does not open: ") && said.contains(word),
            "{said}"
        );
    }
}

/// What a module may say before it traps.
#[test]
fn last_words_are_kept() {
    let module = Module {
        imports: r#"(import "angora:plugin/host@1.0.0" "panicked"
            (func $panicked (param i32 i32 i32 i32)))"#,
        evaluate: "(call $panicked (i32.const 128) (i32.const 8) (i32.const 130) (i32.const 5)) (unreachable)",
        ..Module::default()
    };
    assert_eq!(
        said(&module, &WasmLimits::default()),
        format!("{WHO} evaluate: panicked: {{\"terms\" (at terms)")
    );
}

#[test]
fn what_does_not_fit_the_contract_is_not_loaded() {
    let missing = wat::parse_str(
        r#"(module (memory (export "memory") 1)
          (@custom "angora:manifest" "{\"name\":\"by-hand\",\"version\":\"1.0.0\",\"contract\":\"1.0.0\",\"description\":\"\",\"authors\":\"\",\"licence\":\"\",\"contributions\":[{\"kind\":\"reward\",\"id\":\"hand\"}]}"))"#,
    )
    .unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let path = crate::module::write(folder.path(), &missing);
    let error = crate::module::reward(&path, &WasmLimits::default(), None)
        .err()
        .unwrap();
    let said = error.to_string();
    assert!(
        said.starts_with(&format!("{WHO} load: does not support this: "))
            && said.contains("angora:plugin/reward@1.0.0"),
        "{said}"
    );
}

/// A module that would cost the compiler 590 MB and 8 s is refused before it is compiled.
#[test]
fn a_module_with_too_many_functions_is_not_compiled() {
    let functions = "(func)".repeat(100_000);
    let module = Module {
        more: &functions,
        ..Module::default()
    };
    let said = refused(&module, &WasmLimits::default());
    let words = "functions, a module may have 30000;";
    assert!(
        said.starts_with("plugin by-hand does not open: it has 1000") && said.contains(words),
        "{said}"
    );
}

/// A file that is too long for any module is not read.
#[test]
fn a_file_that_is_too_long_is_not_read() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("long.wasm");
    std::fs::File::create(&path)
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let mut discovery = angora_loader::Discovery::default();
    let said = discovery.name(&path.display().to_string()).err().unwrap();
    let said = said.to_string();
    let words = "is too large: it has 1099511627776 bytes, a module may have 67108864";
    assert!(said.contains(words), "{said}");
}
