//! The sandboxed form of a plugin: exports of a WebAssembly module over author traits. Not for
//! authors; `export_plugin!` expands to calls of what is here.
//!
//! A module is one object: the host makes an instance for each. So `create` keeps the object in
//! a static, and the other calls find it there.

mod bindings;
mod memory;
mod objects;

pub use bindings::{
    brain_module, distribution_module, preprocessor_module, preprocessor_module_2, reward_module,
    task_module,
};

use angora_plugin_api::{Fault, FaultCode, PluginKind};
use std::{marker::PhantomData, sync::Once};

/// How one contribution is made.
enum Maker {
    Task(objects::MakeTask),
    Reward(objects::MakeReward, objects::Configurations),
    Preprocessor(objects::MakePreprocessor, objects::MakePreprocessor),
    Brain(objects::Design),
    Distribution(objects::Declare),
}

/// One contribution of a plugin.
pub struct Entry {
    id: &'static str,
    maker: Maker,
}

/// Constructors named as in `export_plugin!`.
impl Entry {
    pub fn task<T: crate::Task>(id: &'static str) -> Self {
        let maker = Maker::Task(objects::task::<T>);
        Self { id, maker }
    }

    pub fn reward<T: crate::Reward>(id: &'static str) -> Self {
        let maker = Maker::Reward(objects::reward::<T>, objects::configurations::<T>);
        Self { id, maker }
    }

    pub fn preprocessor<T: crate::Preprocessor>(id: &'static str) -> Self {
        let maker =
            Maker::Preprocessor(objects::first_preprocessor::<T>, objects::preprocessor::<T>);
        Self { id, maker }
    }

    pub fn brain<T: crate::Brain>(id: &'static str) -> Self {
        let maker = Maker::Brain(objects::brain::<T>);
        Self { id, maker }
    }

    pub fn distribution<T: crate::Distribution>(id: &'static str) -> Self {
        let maker = Maker::Distribution(objects::distribution::<T>);
        Self { id, maker }
    }

    /// A module does not tell its settings yet.
    pub fn set_by<C>(self, _defaults: Option<serde_json::Value>) -> Self {
        self
    }
}

/// What a plugin crate contributes, as a type for the generated exports.
pub trait Contributions {
    /// All of it.
    fn entries() -> Vec<Entry>;
}

/// Implements the exports of every kind for a plugin crate.
pub struct Module<C>(PhantomData<C>);

/// What `pick` takes out of the entry of an id.
fn make<C: Contributions, T>(
    kind: PluginKind,
    id: &str,
    pick: impl Fn(&Maker) -> Option<Result<T, Fault>>,
) -> Result<T, Fault> {
    install_hook();
    let entries = C::entries();
    let made = entries
        .iter()
        .filter(|entry| entry.id == id)
        .find_map(|entry| pick(&entry.maker));
    made.unwrap_or_else(|| {
        let message = format!("there is no {kind} {id:?}");
        Err(Fault::new(FaultCode::UnknownId, message))
    })
}

/// A trap carries no words, so the host is told before.
fn install_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let message = info.payload_as_str().unwrap_or("no message");
            let place = info.location().map(ToString::to_string);
            bindings::host::panicked(message, &place.unwrap_or_default());
        }));
    });
}

/// What a module exports, where `export_plugin!` stands.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_form {
    ($manifest:ident, $entries:ident, $($kind:ident)*) => {
        #[used]
        #[unsafe(link_section = "angora:manifest")]
        static MANIFEST_SECTION: [u8; $manifest.len()] = $crate::export::bytes($manifest);

        pub struct Contributions;

        impl $crate::wasm::Contributions for Contributions {
            fn entries() -> Vec<$crate::wasm::Entry> {
                $entries()
            }
        }

        type Module = $crate::wasm::Module<Contributions>;

        $crate::__export_kinds!([no no no no no] $($kind)*);
    };
}

/// Exports the interface of each kind that there is, once: in brackets, whether there are tasks,
/// rewards, preprocessors, brains and distributions.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_kinds {
    ([$t:ident $r:ident $p:ident $b:ident $d:ident] task $($rest:ident)*) => {
        $crate::__export_kinds!([task $r $p $b $d] $($rest)*);
    };
    ([$t:ident $r:ident $p:ident $b:ident $d:ident] reward $($rest:ident)*) => {
        $crate::__export_kinds!([$t reward $p $b $d] $($rest)*);
    };
    ([$t:ident $r:ident $p:ident $b:ident $d:ident] preprocessor $($rest:ident)*) => {
        $crate::__export_kinds!([$t $r preprocessor $b $d] $($rest)*);
    };
    ([$t:ident $r:ident $p:ident $b:ident $d:ident] brain $($rest:ident)*) => {
        $crate::__export_kinds!([$t $r $p brain $d] $($rest)*);
    };
    ([$t:ident $r:ident $p:ident $b:ident $d:ident] distribution $($rest:ident)*) => {
        $crate::__export_kinds!([$t $r $p $b distribution] $($rest)*);
    };
    ([$($known:ident)*] $kind:ident $($rest:ident)*) => {
        compile_error!(concat!(
            "a WebAssembly module cannot contribute a ", stringify!($kind),
            ": the physics of the host is not lent to it; build the crate as a native plugin"
        ));
    };
    ([$($kind:ident)*]) => {
        $($crate::__export_kind!($kind);)*
    };
}

/// Exports the interface of a kind.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_kind {
    (no) => {};
    (task) => {
        $crate::wasm::task_module::export_task!(Module with_types_in $crate::wasm::task_module);
    };
    (reward) => {
        $crate::wasm::reward_module::export_reward!(
            Module with_types_in $crate::wasm::reward_module
        );
    };
    (preprocessor) => {
        $crate::wasm::preprocessor_module::export_preprocessor!(
            Module with_types_in $crate::wasm::preprocessor_module
        );
        $crate::wasm::preprocessor_module_2::export_preprocessor_2!(
            Module with_types_in $crate::wasm::preprocessor_module_2
        );
    };
    (distribution) => {
        $crate::wasm::distribution_module::export_distribution!(
            Module with_types_in $crate::wasm::distribution_module
        );
    };
    (brain) => {
        $crate::wasm::brain_module::export_brain!(Module with_types_in $crate::wasm::brain_module);
    };
}
