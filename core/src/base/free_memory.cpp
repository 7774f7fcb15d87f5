#include "base/free_memory.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

#include "base/cgroup.hpp"

namespace skein::internal {
namespace {

/// The number in a file that holds nothing else; empty if it holds a word ("max") or is not there.
std::optional<std::uint64_t> number_in(const std::string& path) {
    std::ifstream file(path);
    std::uint64_t number = 0;
    return file >> number ? std::optional(number) : std::nullopt;
}

/// proc(5): "MemAvailable:    12345 kB".
std::uint64_t available_bytes() {
    std::ifstream file("/proc/meminfo");
    std::string name, unit;
    std::uint64_t kilobytes = 0;
    while (file >> name >> kilobytes) {
        std::getline(file, unit);
        if (name == "MemAvailable:") {
            return kilobytes * 1024;
        }
    }
    return 0;
}

}  // namespace

std::uint64_t free_memory_bytes() {
    std::uint64_t least = available_bytes();
    for (const std::string& folder : cgroup_folders()) {
        const std::optional<std::uint64_t> limit = number_in(folder + "/memory.max");
        const std::optional<std::uint64_t> used = number_in(folder + "/memory.current");
        if (limit && used) {
            least = std::min(least, *limit - std::min(*limit, *used));
        }
    }
    return least;
}

}  // namespace skein::internal
