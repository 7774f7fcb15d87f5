// Round to nearest, denormals kept: for as long as one of these lives.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace skein::internal {
namespace {

/// Callers may have changed the control register: an executable linked with -ffast-math starts every thread with
/// denormals flushed to zero. Reading it costs a few cycles; it is only written when it differs.
class FloatingPointEnvironment {
public:
    FloatingPointEnvironment() noexcept : saved_(read()) {
        if ((saved_ & kMask) != kWanted) {
            write((saved_ & ~kMask) | kWanted);
        }
    }
    ~FloatingPointEnvironment() {
        if ((saved_ & kMask) != kWanted) {
            write(saved_);
        }
    }
    FloatingPointEnvironment(const FloatingPointEnvironment&) = delete;
    FloatingPointEnvironment& operator=(const FloatingPointEnvironment&) = delete;

private:
#if defined(__x86_64__)
    using Register = std::uint32_t;
    // MXCSR: flush to zero (bit 15), rounding (13, 14), exceptions masked (7 to 12), denormals are zero (6).
    static constexpr Register kMask = 0xFFC0;
    static constexpr Register kWanted = 0x1F80;
    [[gnu::always_inline]] static Register read() noexcept { return _mm_getcsr(); }
    [[gnu::always_inline]] static void write(Register value) noexcept { _mm_setcsr(value); }
#elif defined(__aarch64__)
    using Register = std::uint64_t;
    // FPCR: default NaN (bit 25), flush to zero (24), rounding (22, 23), trapped exceptions (8 to 15).
    static constexpr Register kMask = 0x03C0FF00;
    static constexpr Register kWanted = 0;
    [[gnu::always_inline]] static Register read() noexcept {
        Register value;
        asm volatile("mrs %0, fpcr" : "=r"(value));
        return value;
    }
    [[gnu::always_inline]] static void write(Register value) noexcept { asm volatile("msr fpcr, %0" : : "r"(value)); }
#else
#error "skein runs on x86-64 and arm64"
#endif
    Register saved_;
};

}  // namespace
}  // namespace skein::internal
