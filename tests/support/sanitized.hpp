#pragma once
// Whether this is the sanitizers' build. It is some fifty times slower, so that long tests do less in it.
#if defined(__SANITIZE_ADDRESS__)
#define KAFKASIM_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KAFKASIM_SANITIZED 1
#endif
#endif

namespace kafkasim::test {

#if defined(KAFKASIM_SANITIZED)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace kafkasim::test
