// Until the examples of src/core use the test kit themselves.
pub use testkit::*;

pub fn config() -> Box<Config> {
    Box::new(Config {
        url: "wss://switch.example/ws".to_owned(),
        ..testkit::watched()
    })
}
