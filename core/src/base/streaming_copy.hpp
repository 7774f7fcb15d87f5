// Copies that go past the caches: for what is written once and read much later.
#pragma once

#include <cstddef>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace skein::internal {

/// Copies whole lines of 64 bytes; both pointers are aligned to them. The copy is seen by other threads after
/// finish_streaming() of this one.
inline void streaming_copy(void* to, const void* from, std::size_t num_bytes) noexcept {
#if defined(__SSE2__)
    auto* const target = static_cast<__m128i*>(to);
    const auto* const source = static_cast<const __m128i*>(from);
    for (std::size_t at = 0; at < num_bytes / sizeof(__m128i); ++at) {
        _mm_stream_si128(target + at, _mm_load_si128(source + at));
    }
#else
    std::memcpy(to, from, num_bytes);
#endif
}

inline void finish_streaming() noexcept {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

}  // namespace skein::internal
