#include "base/free_memory.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

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

/// The group of this process below /sys/fs/cgroup: the line "0::/path" of /proc/self/cgroup.
std::string cgroup_path() {
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("0::")) {
            return line.substr(3);
        }
    }
    return {};
}

}  // namespace

std::uint64_t free_memory_bytes() {
    std::uint64_t least = available_bytes();
    // The limits of all groups above hold as well.
    for (std::string path = cgroup_path(); !path.empty(); path = path.substr(0, path.find_last_of('/'))) {
        const std::string folder = "/sys/fs/cgroup" + (path == "/" ? "" : path);
        const std::optional<std::uint64_t> limit = number_in(folder + "/memory.max");
        const std::optional<std::uint64_t> used = number_in(folder + "/memory.current");
        if (limit && used) {
            least = std::min(least, *limit - std::min(*limit, *used));
        }
    }
    return least;
}

}  // namespace skein::internal
