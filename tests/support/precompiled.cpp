// Empty: CMake precompiles a header only for a target that compiles something.
