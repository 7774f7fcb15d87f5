#include "skein/version.hpp"

namespace skein {

std::string_view version() noexcept { return SKEIN_VERSION; }

}  // namespace skein
