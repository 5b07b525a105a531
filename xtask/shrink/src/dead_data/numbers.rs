//! The numbers in a module that may be addresses.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use wasmparser::{Operator, Parser, Payload};

/// The constants in code and of what globals begin with, and what loads and stores add to an
/// address. Of a number of 64 bits both halves are taken.
pub fn numbers(module: &[u8]) -> Result<BTreeSet<u32>> {
    let mut found = BTreeSet::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload.context("the module is not valid")? {
            Payload::CodeSectionEntry(body) => {
                for operator in body.get_operators_reader()? {
                    add(operator?, &mut found);
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    for operator in global?.init_expr.get_operators_reader() {
                        add(operator?, &mut found);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn add(operator: Operator<'_>, found: &mut BTreeSet<u32>) {
    let mut add = |number: u64| found.extend([number as u32, (number >> 32) as u32]);
    macro_rules! operand {
        (memarg $value:ident) => {
            add($value.offset)
        };
        ($field:ident $value:ident) => {
            let _ = $value;
        };
    }
    // Whichever proposal an operator is of: if it names an address, it has a `memarg`.
    macro_rules! operands {
        ($(@$proposal:ident $kind:ident $({ $($field:ident: $type:ty),* })?
            => $visit:ident ($($arity:tt)*))*
        ) => {
            #[allow(unreachable_patterns)]
            match operator {
                Operator::I32Const { value } => add(value.cast_unsigned().into()),
                Operator::I64Const { value } => add(value.cast_unsigned()),
                $(Operator::$kind $({ $($field),* })? => { $($(operand!($field $field);)*)? })*
                _ => {}
            }
        };
    }
    wasmparser::for_each_operator!(operands);
}
