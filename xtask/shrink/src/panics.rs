//! Takes out of a module what only describes a panic.
//!
//! A panic ends in a trap, and in a browser its message goes nowhere. Yet the functions that write
//! it, with all of `core::fmt`, are a tenth of the module: the standard library comes compiled, and
//! calls them. Here they become traps at once, and what they alone called goes.
//!
//! It saves some 5 KB of gzip. It costs the message of a panic, also for whoever looks for a mistake
//! (they build without this stage). And nothing else may format: where something does, the
//! build fails and names it.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use regex::Regex;
use walrus::ir::{self, Visitor};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module};

/// The names of functions that only tell of a panic.
const PANICS: &str = "panicking::|handle_alloc_error|default_alloc_error|handle_error|\
    capacity_overflow|unwrap_failed|expect_failed|slice_error_fail|slice_index_fail|\
    len_mismatch_fail|panic_already|rust_panic|rust_begin_unwind|wasm_bindgen::throw_str";

/// The names of functions that turn something into text.
const FORMATTING: &str = r"\bfmt::|do_count_chars";

/// The linker exports these, and nobody needs them.
const LINKERS_EXPORTS: [&str; 2] = ["__data_end", "__heap_base"];

/// The module with those functions trapped, and without what nothing uses then.
pub fn trap(wasm: &[u8]) -> Result<Vec<u8>> {
    let (panics, formatting) = (Regex::new(PANICS)?, Regex::new(FORMATTING)?);
    let mut module = Module::from_buffer(wasm)?;
    for name in LINKERS_EXPORTS {
        // It may not be there.
        let _ = module.exports.remove(name);
    }
    trap_functions(&mut module, &panics);
    let wrong = formatters(&module, &formatting);
    if !wrong.is_empty() {
        bail!(
            "these functions format text, which costs 4 KB: {} \
             (or build without the stage `panics`)",
            wrong.join(", ")
        );
    }
    trap_functions(&mut module, &formatting);
    Ok(module.emit_wasm())
}

fn trap_functions(module: &mut Module, names: &Regex) {
    let named = module.funcs.iter().filter_map(|function| {
        let name = function.name.as_deref()?;
        let local = matches!(function.kind, FunctionKind::Local(_));
        (local && names.is_match(name)).then(|| function.id())
    });
    for id in named.collect::<Vec<_>>() {
        let body = trapping(module, id);
        module.funcs.get_mut(id).kind = FunctionKind::Local(body);
    }
    walrus::passes::gc::run(module);
}

/// A function of the same type that does nothing but trap.
fn trapping(module: &mut Module, id: FunctionId) -> LocalFunction {
    let ty = module.types.get(module.funcs.get(id).ty());
    let (params, results) = (ty.params().to_vec(), ty.results().to_vec());
    let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
    builder.func_body().unreachable();
    let params = params.iter().map(|param| module.locals.add(*param));
    builder.local_func(params.collect())
}

/// The functions that call one of these names and have no such name themselves.
fn formatters(module: &Module, names: &Regex) -> Vec<String> {
    struct Calls(BTreeSet<FunctionId>);
    impl Visitor<'_> for Calls {
        fn visit_call(&mut self, call: &ir::Call) {
            self.0.insert(call.func);
        }
    }
    let name = |id| module.funcs.get(id).name.as_deref().unwrap_or_default();
    let all = module.funcs.iter_local().filter_map(|(id, function)| {
        let mut calls = Calls(BTreeSet::new());
        ir::dfs_in_order(&mut calls, function, function.entry_block());
        let formats = calls.0.iter().any(|callee| names.is_match(name(*callee)));
        (formats && !names.is_match(name(id))).then(|| name(id).to_owned())
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trapped(text: &str) -> Result<String> {
        let module = Module::from_buffer(&trap(&wat::parse_str(text)?)?)?;
        let names = module
            .funcs
            .iter()
            .filter_map(|function| function.name.clone());
        Ok(names.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn what_only_panics_call_goes() {
        let module = r#"(module
            (func $core::panicking::panic (param i32) (call $core::fmt::write) unreachable)
            (func $core::fmt::write (call $helper))
            (func $helper)
            (func $work (export "work") (param i32)
              (if (local.get 0) (then (call $core::panicking::panic (local.get 0)))))
            (global (export "__data_end") i32 (i32.const 7))
        )"#;
        assert_eq!(trapped(module).unwrap(), "work core::panicking::panic");
        let wasm = trap(&wat::parse_str(module).unwrap()).unwrap();
        let exports = Module::from_buffer(&wasm).unwrap().exports;
        assert_eq!(
            exports
                .iter()
                .map(|one| one.name.as_str())
                .collect::<Vec<_>>(),
            ["work"]
        );
    }

    #[test]
    fn what_formats_besides_is_named() {
        let module = r#"(module
            (func $core::fmt::write)
            (func $work (export "work") (call $core::fmt::write))
        )"#;
        let error = trapped(module).unwrap_err().to_string();
        assert!(
            error.contains("format text, which costs 4 KB: work"),
            "{error}"
        );
    }
}
