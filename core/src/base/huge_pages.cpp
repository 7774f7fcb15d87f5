#include "base/huge_pages.hpp"

#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace skein::internal {

void prefer_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t num_bytes) noexcept {
#if defined(__linux__)
    constexpr std::uintptr_t kPage = std::uintptr_t{1} << 21;
    const auto begin = (reinterpret_cast<std::uintptr_t>(memory) + kPage - 1) / kPage * kPage;
    const auto end = (reinterpret_cast<std::uintptr_t>(memory) + num_bytes) / kPage * kPage;
    if (begin < end) {
        (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);  // advice: refusing it is no error
    }
#endif
}

}  // namespace skein::internal
