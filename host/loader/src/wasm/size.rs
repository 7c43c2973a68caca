//! How large a module may be. Compiling takes time and memory before any limit of an instance
//! applies, so what a module asks of the compiler is counted first, which takes a few
//! milliseconds and no memory.
//!
//! The counts bound the compiler: a function costs it about 6 KB before it has any code, a value
//! of a local or of a call about 50 bytes while its function is compiled, and machine code is a
//! few times as long as the module's.

use wasmparser::{FunctionBody, Parser, Payload, TypeRef};

/// Longest file, bytes. An interpreter with its library has 10 to 40 MiB.
pub const LONGEST_FILE: u64 = 64 << 20;

/// What is counted, in a module or in all those of a component.
#[derive(Debug, Default)]
struct Counts {
    functions: u64,
    code: u64,
    locals: u64,
    types: u64,
    imports: u64,
    exports: u64,
    globals: u64,
    tables: u64,
    data: u64,
    elements: u64,
    names: u64,
    parts: u64,
}

impl Counts {
    /// What was counted: what it is, how many there are, and how many there may be.
    fn limits(&self) -> [(&'static str, u64, u64); 12] {
        [
            ("functions", self.functions, 30_000),
            ("bytes of code", self.code, 32 << 20),
            ("local variables", self.locals, 2_000_000),
            ("types", self.types, 10_000),
            ("imports", self.imports, 1_000),
            ("exports", self.exports, 10_000),
            ("globals", self.globals, 10_000),
            ("tables and memories", self.tables, 100),
            ("data segments", self.data, 20_000),
            ("element segments", self.elements, 10_000),
            ("custom sections", self.names, 1_000),
            ("parts of the component", self.parts, 10_000),
        ]
    }

    fn check(&self) -> Result<(), String> {
        let mut limits = self.limits().into_iter();
        match limits.find(|(_, count, most)| count > most) {
            None => Ok(()),
            Some((what, count, most)) => Err(too_large(what, count, most)),
        }
    }
}

fn too_large(what: &str, count: u64, most: u64) -> String {
    format!(
        "it has {count} {what}, a module may have {most}; build it with opt-level = \"s\" and strip, or split it"
    )
}

/// Most bytes of one function, which is compiled by one thread at a time.
const LONGEST_FUNCTION: u64 = 1 << 20;
/// Most parameters or results of a function: a call costs the compiler as many values.
const WIDEST: usize = 100;

/// Whether a file may be read at all.
///
/// # Errors
/// Its length and the limit.
pub fn check_length(bytes: u64) -> Result<(), String> {
    if bytes > LONGEST_FILE {
        return Err(too_large("bytes", bytes, LONGEST_FILE));
    }
    Ok(())
}

/// Whether a module or component may be compiled.
///
/// # Errors
/// The first count that is too high, with its limit; or what is wrong with the file.
pub fn check(bytes: &[u8]) -> Result<(), String> {
    check_length(bytes.len() as u64)?;
    let mut counts = Counts::default();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(|error| error.to_string())?;
        count(&payload, &mut counts)?;
        counts.check()?;
    }
    Ok(())
}

fn count(payload: &Payload<'_>, counts: &mut Counts) -> Result<(), String> {
    let damaged = |error: wasmparser::BinaryReaderError| error.to_string();
    match payload {
        Payload::TypeSection(types) => {
            counts.types += u64::from(types.count());
            counts.check()?;
            for group in types.clone() {
                for ty in group.map_err(damaged)?.types() {
                    let wasmparser::CompositeInnerType::Func(function) = &ty.composite_type.inner
                    else {
                        continue;
                    };
                    let width = function.params().len().max(function.results().len());
                    if width > WIDEST {
                        let what = "parameters or results in a type of functions";
                        return Err(too_large(what, width as u64, WIDEST as u64));
                    }
                }
            }
        }
        Payload::ImportSection(imports) => {
            for import in imports.clone().into_imports() {
                let ty = import.map_err(damaged)?.ty;
                counts.imports += 1;
                counts.check()?;
                counts.functions += u64::from(matches!(ty, TypeRef::Func(_)));
            }
        }
        Payload::FunctionSection(functions) => counts.functions += u64::from(functions.count()),
        Payload::TableSection(tables) => counts.tables += u64::from(tables.count()),
        Payload::MemorySection(memories) => counts.tables += u64::from(memories.count()),
        Payload::TagSection(tags) => counts.types += u64::from(tags.count()),
        Payload::GlobalSection(globals) => counts.globals += u64::from(globals.count()),
        Payload::ExportSection(exports) => counts.exports += u64::from(exports.count()),
        Payload::ElementSection(elements) => counts.elements += u64::from(elements.count()),
        Payload::DataSection(data) => counts.data += u64::from(data.count()),
        Payload::CodeSectionStart { size, .. } => counts.code += u64::from(*size),
        Payload::CodeSectionEntry(body) => {
            let len = body.range().len() as u64;
            if len > LONGEST_FUNCTION {
                let what = "bytes in one function";
                return Err(too_large(what, len, LONGEST_FUNCTION));
            }
            counts.locals += locals(body).map_err(damaged)?;
        }
        Payload::CustomSection(_) => counts.names += 1,
        Payload::ComponentInstanceSection(s) => counts.parts += u64::from(s.count()),
        Payload::ComponentAliasSection(s) => counts.parts += u64::from(s.count()),
        Payload::ComponentTypeSection(s) => counts.parts += u64::from(s.count()),
        Payload::ComponentCanonicalSection(s) => counts.parts += u64::from(s.count()),
        Payload::ComponentImportSection(s) => counts.parts += u64::from(s.count()),
        Payload::ComponentExportSection(s) => counts.parts += u64::from(s.count()),
        Payload::CoreTypeSection(s) => counts.parts += u64::from(s.count()),
        Payload::InstanceSection(s) => counts.parts += u64::from(s.count()),
        Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => counts.parts += 1,
        _ => {}
    }
    Ok(())
}

/// Local variables of a function: a few bytes declare any number of them.
fn locals(body: &FunctionBody<'_>) -> wasmparser::Result<u64> {
    let mut n = 0;
    for group in body.get_locals_reader()? {
        n += u64::from(group?.0);
    }
    Ok(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let module = wat::parse_str(text).expect("valid text");
        check(&module).expect_err("too large")
    }

    #[test]
    fn modules_have_limits_that_are_named() {
        let functions = "(func)".repeat(30_001);
        let said = refusal(&format!("(module {functions})"));
        assert!(
            said.starts_with("it has 30001 functions, a module may have 30000;"),
            "{said}"
        );
        let parameters = "i32 ".repeat(101);
        let said = refusal(&format!("(module (type (func (param {parameters}))))"));
        assert!(said.contains("101 parameters or results"), "{said}");
        let data = "(data \"\")".repeat(20_001);
        let said = refusal(&format!("(module {data})"));
        assert!(said.contains("20001 data segments"), "{said}");
        let long = "nop ".repeat(1 << 20);
        let said = refusal(&format!("(module (func {long}))"));
        assert!(said.contains("bytes in one function"), "{said}");
    }

    /// Few bytes that would be many values.
    #[test]
    fn local_variables_are_counted_where_they_are_declared() {
        let locals = format!("(func (local {}))", "i64 ".repeat(40_000));
        let module = wat::parse_str(format!("(module {})", locals.repeat(60))).expect("valid");
        assert!(module.len() < 2000, "{}", module.len());
        let said = check(&module).expect_err("too many");
        assert!(said.contains("2040000 local variables"), "{said}");
    }

    /// The modules of a component share the limits.
    #[test]
    fn components_are_counted_as_a_whole() {
        let module = format!("(core module {})", "(func)".repeat(20_000));
        let said = refusal(&format!("(component {module}{module})"));
        assert!(said.contains("40000 functions"), "{said}");
        assert_eq!(check(b"\0asm\x01\0\0\0"), Ok(()));
    }

    #[test]
    fn a_long_file_is_not_read() {
        let said = check_length(LONGEST_FILE + 1).expect_err("too long");
        assert!(
            said.starts_with("it has 67108865 bytes, a module may have 67108864"),
            "{said}"
        );
    }
}
