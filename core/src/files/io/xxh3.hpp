/// The checksum of files: XXH3, 64 bits (xxhash.com). One flipped bit, or a cut, changes it.
#pragma once

#include <cstdint>
#include <string_view>

namespace skein::internal::files {

std::uint64_t xxh3(std::string_view bytes) noexcept;

}  // namespace skein::internal::files
