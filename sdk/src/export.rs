//! What `export_plugin!` expands to in every form of a plugin. Not for authors.

/// Stops the compiler where a manifest would not be JSON.
#[must_use]
pub const fn plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] == b'"' || bytes[i] == b'\\' || bytes[i] < 0x20 {
            return false;
        }
        i += 1;
    }
    true
}

/// The bytes of a text, for a link section.
#[must_use]
pub const fn bytes<const N: usize>(text: &str) -> [u8; N] {
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        out[i] = text.as_bytes()[i];
        i += 1;
    }
    out
}

/// Names what the plugin contributes; once per crate.
///
/// ```text
/// angora_sdk::export_plugin! {
///     task "CartPole-v1" => CartPole,
///     task "Pendulum-v1" => Pendulum,
/// }
/// ```
/// Kinds: `task`, `scene_task`, `body`, `reward`, `preprocessor`, `brain`, `distribution`. Name, version, authors,
/// licence and description come from the crate's Cargo.toml. The crate's `crate-type` must
/// contain `cdylib`.
///
/// Built for a machine it is a native plugin; built for `wasm32-unknown-unknown` a sandboxed
/// module, of every kind but `scene_task` and `body`.
#[macro_export]
macro_rules! export_plugin {
    ($first_kind:ident $first_id:literal => $first:ty
        $(, $kind:ident $id:literal => $type:ty)* $(,)?) => {
        #[doc(hidden)]
        #[allow(unsafe_code, non_upper_case_globals, missing_docs)]
        pub mod __angora_plugin {
            use super::*;

            const MANIFEST: &str = concat!(
                "{\"name\":\"", env!("CARGO_PKG_NAME"),
                "\",\"version\":\"", env!("CARGO_PKG_VERSION"),
                "\",\"contract\":\"", $crate::__contract_version!(),
                "\",\"description\":\"", env!("CARGO_PKG_DESCRIPTION"),
                "\",\"authors\":\"", env!("CARGO_PKG_AUTHORS"),
                "\",\"licence\":\"", env!("CARGO_PKG_LICENSE"),
                "\",\"contributions\":[",
                "{\"kind\":\"", stringify!($first_kind), "\",\"id\":\"", $first_id, "\"}",
                $(",{\"kind\":\"", stringify!($kind), "\",\"id\":\"", $id, "\"}",)*
                "]}"
            );
            const _: () = assert!(
                $crate::export::plain(env!("CARGO_PKG_DESCRIPTION"))
                    && $crate::export::plain(env!("CARGO_PKG_AUTHORS"))
                    && $crate::export::plain(env!("CARGO_PKG_LICENSE")),
                "description, authors and license in Cargo.toml must hold no quotes"
            );

            fn entries() -> Vec<$crate::form::Entry> {
                vec![
                    $crate::__entry!($first_kind $first_id => $first),
                    $($crate::__entry!($kind $id => $type),)*
                ]
            }

            $crate::__export_form!(MANIFEST, entries, $first_kind $($kind)*);
        }
    };
}

/// One contribution with its settings.
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    (brain $id:literal => $type:ty) => {
        $crate::form::Entry::brain::<$type>($id)
    };
    (task $id:literal => $type:ty) => {
        $crate::__entry!(@ task $id, $type, <$type as $crate::Task>::Config)
    };
    (scene_task $id:literal => $type:ty) => {
        $crate::__entry!(@ scene_task $id, $type, <$type as $crate::SceneTask>::Config)
    };
    (body $id:literal => $type:ty) => {
        $crate::__entry!(@ body $id, $type, <$type as $crate::Body>::Config)
    };
    (reward $id:literal => $type:ty) => {
        $crate::__entry!(@ reward $id, $type, <$type as $crate::Reward>::Config)
    };
    (preprocessor $id:literal => $type:ty) => {
        $crate::__entry!(@ preprocessor $id, $type, <$type as $crate::Preprocessor>::Config)
    };
    (distribution $id:literal => $type:ty) => {
        $crate::__entry!(@ distribution $id, $type, <$type as $crate::Distribution>::Config)
    };
    (@ $kind:ident $id:literal, $type:ty, $config:ty) => {{
        #[allow(unused_imports)]
        use $crate::settings::{Probe, Unwritten, Written};
        let defaults = (&Probe::<$config>::default()).defaults();
        $crate::form::Entry::$kind::<$type>($id).set_by::<$config>(defaults)
    }};
}

/// The contract version as a literal, which `concat!` needs.
#[doc(hidden)]
#[macro_export]
macro_rules! __contract_version {
    () => {
        "1.0.0"
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_literal_is_the_version_of_the_contract() {
        assert_eq!(__contract_version!(), angora_plugin_api::CONTRACT_VERSION);
    }
}
