// The control groups (cgroups, version 2) that bound what this process may use.
#pragma once

#include <string>
#include <vector>

namespace skein::internal {

/// The folders of this process's group and of all above it, whose limits hold as well; none without cgroups.
std::vector<std::string> cgroup_folders();

}  // namespace skein::internal
