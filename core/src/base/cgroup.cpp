#include "base/cgroup.hpp"

#include <fstream>

namespace skein::internal {
namespace {

/// The line "0::/path" of /proc/self/cgroup.
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

std::vector<std::string> cgroup_folders() {
    std::vector<std::string> folders;
    for (std::string path = cgroup_path(); !path.empty(); path = path.substr(0, path.find_last_of('/'))) {
        folders.push_back("/sys/fs/cgroup" + (path == "/" ? "" : path));
    }
    return folders;
}

}  // namespace skein::internal
