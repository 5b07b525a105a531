//! How a module's imports and exports are called.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use wasmparser::{Parser, Payload};

/// How a module's imports and exports are called in it, and in the library that it was made from.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Names {
    /// The module that an import is of, its name there, and its name in the library.
    pub imports: Vec<[String; 3]>,
    /// The name of an export in the library, and its name in the module.
    pub exports: Vec<[String; 2]>,
}

impl Names {
    /// Those of a module that was not renamed.
    pub fn of(module: &[u8]) -> Result<Self> {
        let mut names = Self {
            imports: Vec::new(),
            exports: Vec::new(),
        };
        for payload in Parser::new(0).parse_all(module) {
            match payload.context("the module is not valid")? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        let name = || import.name.to_owned();
                        names
                            .imports
                            .push([import.module.to_owned(), name(), name()]);
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let name = export?.name;
                        names.exports.push([name.to_owned(), name.to_owned()]);
                    }
                }
                _ => {}
            }
        }
        Ok(names)
    }

    /// Those that `wasm-opt --minify-imports-and-exports-and-modules` prints.
    pub fn of_wasm_opt(printed: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Printed {
            /// Module, name before, name now.
            imports: Vec<[String; 3]>,
            /// Name before, name now.
            exports: Vec<[String; 2]>,
        }
        let printed: Printed = serde_json::from_str(printed)
            .context("wasm-opt has printed other names than expected")?;
        // It doesn't print how it calls the one module that is left.
        let module = || "a".to_owned();
        let imports = printed.imports.into_iter();
        Ok(Self {
            imports: imports
                .map(|[_, before, now]| [module(), now, before])
                .collect(),
            exports: printed.exports,
        })
    }
}
