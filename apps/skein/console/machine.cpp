#include "console/machine.hpp"

#include <array>
#include <ctime>
#include <fstream>
#include <string>
#include <thread>

#include "skein/instruction_set.hpp"

namespace skein::app {
namespace {

std::string cpu_model() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) {
            return line.substr(colon + 2);
        }
    }
    return "unknown";
}

std::string compiler() {
#if defined(__clang__)
    return "clang " __clang_version__;
#else
    return "g++ " __VERSION__;
#endif
}

}  // namespace

Json machine_json(int num_threads) {
    return {{"cpu", cpu_model()},
            {"cores", std::thread::hardware_concurrency()},
            {"threads", num_threads},
            {"instruction_set", instruction_set()},
            {"compiler", compiler()}};
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace skein::app
