//! Made by wit-bindgen from the contract's WIT files.
#![allow(
    unsafe_code,
    missing_docs,
    clippy::all,
    reason = "generated code, which crosses the boundary of the module"
)]

/// What all kinds share.
mod shared {
    wit_bindgen::generate!({
        path: "../plugin-api/wit/v1",
        inline: "
            package angora:sdk;
            world shared {
                import angora:plugin/types@1.0.0;
                import angora:plugin/host@1.0.0;
            }
        ",
        generate_all,
    });
}

pub use shared::angora::plugin::{host, types};

pub mod reward_module {
    wit_bindgen::generate!({
        path: "../plugin-api/wit/v1",
        world: "angora:plugin/reward-module",
        with: {
            "angora:plugin/types@1.0.0": crate::wasm::bindings::types,
            "angora:plugin/host@1.0.0": crate::wasm::bindings::host,
        },
        pub_export_macro: true,
        export_macro_name: "export_reward",
    });
}

pub mod preprocessor_module {
    wit_bindgen::generate!({
        path: "../plugin-api/wit/v1",
        world: "angora:plugin/preprocessor-module",
        with: {
            "angora:plugin/types@1.0.0": crate::wasm::bindings::types,
            "angora:plugin/host@1.0.0": crate::wasm::bindings::host,
        },
        pub_export_macro: true,
        export_macro_name: "export_preprocessor",
    });
}

/// Revision 2 of preprocessors.
pub mod preprocessor_module_2 {
    wit_bindgen::generate!({
        path: ["../plugin-api/wit/v1", "../plugin-api/wit/v2"],
        // Macros are named after the world, once in a crate: this one is that of revision 2 under
        // a name of its own.
        inline: "
            package angora:sdk;
            world preprocessor-module-2 {
                import angora:plugin/host@1.0.0;
                export angora:plugin/preprocessor@2.0.0;
            }
        ",
        with: {
            "angora:plugin/types@1.0.0": crate::wasm::bindings::types,
            "angora:plugin/host@1.0.0": crate::wasm::bindings::host,
        },
        pub_export_macro: true,
        export_macro_name: "export_preprocessor_2",
    });
}

pub mod task_module {
    wit_bindgen::generate!({
        path: "../plugin-api/wit/v1",
        world: "angora:plugin/task-module",
        with: {
            "angora:plugin/types@1.0.0": crate::wasm::bindings::types,
            "angora:plugin/host@1.0.0": crate::wasm::bindings::host,
        },
        pub_export_macro: true,
        export_macro_name: "export_task",
    });
}

pub mod brain_module {
    wit_bindgen::generate!({
        path: "../plugin-api/wit/v1",
        world: "angora:plugin/brain-module",
        with: {
            "angora:plugin/types@1.0.0": crate::wasm::bindings::types,
            "angora:plugin/host@1.0.0": crate::wasm::bindings::host,
        },
        pub_export_macro: true,
        export_macro_name: "export_brain",
    });
}

pub mod distribution_module {
    wit_bindgen::generate!({
        path: ["../plugin-api/wit/v1", "../plugin-api/wit/v2"],
        world: "angora:plugin/distribution-module@2.0.0",
        with: {
            "angora:plugin/types@1.0.0": crate::wasm::bindings::types,
            "angora:plugin/host@1.0.0": crate::wasm::bindings::host,
        },
        pub_export_macro: true,
        export_macro_name: "export_distribution",
    });
}
