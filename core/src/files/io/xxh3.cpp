#include "files/io/xxh3.hpp"

#define XXH_INLINE_ALL  // nothing to link
#include <xxhash.h>

namespace skein::internal::files {

std::uint64_t xxh3(std::string_view bytes) noexcept { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace skein::internal::files
