// Until the examples of src/core use the test kit themselves.
pub use testkit::Json;
