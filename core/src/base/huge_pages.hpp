#pragma once

#include <cstddef>

namespace skein::internal {

/// Asks for large pages in memory that is not yet written to. Each page costs a fault when it is first written: with
/// pages of 4 KiB this takes longer than all that is then done with the memory (4 microseconds a page in a virtual
/// machine). A system that has no large pages does without.
void prefer_huge_pages(void* memory, std::size_t num_bytes) noexcept;

}  // namespace skein::internal
