#include <omp.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "base/cgroup.hpp"
#include "skein/execution.hpp"

namespace skein {

using namespace internal;

namespace {

/// The cores that the control groups allow, rounded up. cpu.max is "MICROSECONDS PERIOD", or "max PERIOD".
int cores_of_cgroups() {
    double least = kMaxThreads;
    for (const std::string& folder : cgroup_folders()) {
        std::ifstream file(folder + "/cpu.max");
        double time = 0.0, period = 0.0;
        if (file >> time >> period && time > 0.0 && period > 0.0) {
            least = std::min(least, time / period);
        }
    }
    return std::max(1, static_cast<int>(std::ceil(least)));
}

}  // namespace

int num_threads(const Execution& execution) {
    if (execution.num_threads > 0) {
        return execution.num_threads;
    }
    // If OpenMP would take another number than there are cores, somebody has chosen it.
    static const int most = omp_get_max_threads() != omp_get_num_procs() ? kMaxThreads : cores_of_cgroups();
    return std::min(omp_get_max_threads(), most);
}

}  // namespace skein
