//! The root of a native plugin. FROZEN: nothing is ever added here within contract 1.

use abi_stable::{
    StableAbi, abi_stability::abi_checking::check_layout_compatibility,
    declare_root_module_statics, library::RootModule, sabi_types::VersionStrings,
    std_types::ROption, std_types::RStr, type_layout::TypeLayout,
};

/// What the loader finds in every plugin.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginRootRef, prefix_fields = PluginRootPrefix)))]
#[sabi(missing_field(panic))]
pub struct PluginRoot {
    /// `[load]` The manifest as JSON, the same text as in the embedded section.
    pub manifest_json: extern "C" fn() -> RStr<'static>,
    /// `[load]` The table of an extension id, if the plugin has it.
    #[sabi(last_prefix_field)]
    pub get_extension: extern "C" fn(id: RStr<'_>) -> ROption<Extension>,
}

impl RootModule for PluginRootRef {
    declare_root_module_statics! {PluginRootRef}
    const BASE_NAME: &'static str = "angora_plugin";
    const NAME: &'static str = "angora_plugin";
    const VERSION_STRINGS: VersionStrings = VersionStrings::new(crate::CONTRACT_VERSION);
}

/// A type-erased table with its layout, which the receiving side checks.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct Extension {
    layout: &'static TypeLayout,
    table: *const (),
}

// SAFETY: the pointer is to an immutable table of function pointers that is never freed.
unsafe impl Send for Extension {}
// SAFETY: as above; nothing is mutated through it.
unsafe impl Sync for Extension {}

/// A reference to an extension table.
pub trait ExtensionTable: StableAbi + Copy + 'static {
    /// `angora.<kind>/<revision>`.
    const ID: &'static str;
}

impl Extension {
    /// Erases a table.
    #[must_use]
    pub fn new<T: ExtensionTable>(table: T) -> Self {
        const { assert!(size_of::<T>() == size_of::<*const ()>()) }
        Self {
            layout: T::LAYOUT,
            // SAFETY: T is a prefix reference, which is one pointer wide (asserted above).
            table: unsafe { std::mem::transmute_copy(&table) },
        }
    }

    /// The table, after comparing its layout with the one expected here.
    ///
    /// # Errors
    /// One line that says where the layouts differ.
    pub fn get<T: ExtensionTable>(&self) -> Result<T, String> {
        const { assert!(size_of::<T>() == size_of::<*const ()>()) }
        check_layout_compatibility(T::LAYOUT, self.layout)
            .map_err(|report| condense(&report.to_string()))?;
        // SAFETY: the layouts agree, so the pointer is to a table of this type.
        Ok(unsafe { std::mem::transmute_copy(&self.table) })
    }
}

/// Reduces abi_stable's layout report, often a thousand lines, to one: the path of field names
/// and what differs at its end.
#[must_use]
pub fn condense(report: &str) -> String {
    let frames: Vec<&str> = report.split("error(s)inside:").collect();
    let mut line = String::from("its layout differs");
    for pair in frames.windows(2) {
        let digits = pair[0].trim_end();
        let count = digits
            .rsplit(|c: char| !c.is_ascii_digit())
            .next()
            .and_then(|n| n.parse::<u32>().ok());
        if count.is_none_or(|n| n == 0) {
            continue;
        }
        let head = pair[1]
            .split("Layout of expected type:")
            .next()
            .unwrap_or("");
        let path: Vec<&str> = head
            .lines()
            .filter_map(|l| l.trim().strip_prefix("field_name:"))
            .filter(|f| !matches!(*f, "0" | "obj" | "vtable"))
            .collect();
        let errors: Vec<String> = pair[1]
            .split("\nError:")
            .skip(1)
            .map(|error| {
                let lines: Vec<&str> = error
                    .lines()
                    .map(str::trim)
                    .filter(|l| !l.is_empty())
                    .collect();
                let after = |key: &str| {
                    let at = lines.iter().position(|l| *l == key);
                    at.and_then(|i| lines.get(i + 1)).copied().unwrap_or("?")
                };
                format!(
                    "{} (host has {}, plugin has {})",
                    lines.first().unwrap_or(&"?"),
                    after("Expected:"),
                    after("Found:")
                )
            })
            .collect();
        line = format!("{}: {}", path.join("."), errors.join("; "));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1::body::{BodyTable, BodyTableRef};
    use crate::v1::brain::BrainTableRef;
    use crate::v1::fault::Outcome;
    use abi_stable::prefix_type::PrefixTypeTrait;
    use abi_stable::std_types::{RResult, RSlice, RVec};

    extern "C" fn describe(_id: RStr<'_>, _config: RSlice<'_, u8>) -> Outcome<RVec<u8>> {
        RResult::ROk(RVec::new())
    }

    extern "C" fn asset(_id: RStr<'_>, _name: RStr<'_>) -> Outcome<RVec<u8>> {
        RResult::ROk(RVec::new())
    }

    #[test]
    fn a_table_comes_back_as_itself_and_as_nothing_else() {
        let extension = Extension::new(BodyTable { describe, asset }.leak_into_prefix());
        let table: BodyTableRef = extension.get().expect("the same layout");
        assert!((table.describe())("".into(), RSlice::EMPTY).is_ok());
        let refusal = extension
            .get::<BrainTableRef>()
            .err()
            .expect("another layout");
        assert_eq!(refusal.lines().count(), 1, "{refusal}");
        assert!(refusal.contains("host has"), "{refusal}");
    }
}
