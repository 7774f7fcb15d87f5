#pragma once

#include <cstdint>

namespace skein::internal {

/// Bytes that this process may take without swapping: what the system has to spare, or what is left of the limit of
/// the process's cgroup (version 2) if that is less. 0 if the system does not say.
std::uint64_t free_memory_bytes();

}  // namespace skein::internal
