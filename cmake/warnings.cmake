# Flags that every target of ours is compiled with.
add_library(kafkasim_warnings INTERFACE)
target_compile_options(kafkasim_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wimplicit-fallthrough -Wcast-qual -Wunused
  # A fused multiply-add changes a result from one compiler to the next: determinism forbids it.
  -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(kafkasim_warnings INTERFACE -Wduplicated-cond -Wduplicated-branches -Wlogical-op
    -Wno-restrict -Wno-array-bounds  # g++ 12 sees faults in std::string's operator+ that are not there (GCC bug 105651)
    -Wno-maybe-uninitialized)        # and values of an empty optional that nobody reads; clang and its sanitizers look for such faults
endif()
if(KAFKASIM_WERROR)
  target_compile_options(kafkasim_warnings INTERFACE -Werror)
endif()
