#include "input/data_files.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "cli/output_files.hpp"
#include "input/data_spec.hpp"

namespace skein::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostHashed = std::uint64_t{1} << 20;

/// FNV-1a, 64 bits, gone on with.
std::uint64_t hashed(std::uint64_t hash, std::string_view bytes) {
    for (const char byte : bytes) {
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
    }
    return hash;
}

/// Bytes [first, end) of a file; less where it cannot be read.
std::string bytes_of(std::ifstream& file, std::uint64_t first, std::uint64_t end) {
    std::string bytes(static_cast<std::size_t>(end - first), '\0');
    file.seekg(static_cast<std::streamoff>(first));
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

Json file_json(const fs::path& path) {
    const std::uint64_t size = fs::file_size(path);
    std::ifstream file(path, std::ios::binary);
    std::uint64_t hash = hashed(0xcbf29ce484222325U, bytes_of(file, 0, std::min(size, kMostHashed)));
    if (size > kMostHashed) {
        hash = hashed(hash, bytes_of(file, std::max(kMostHashed, size - kMostHashed), size));
    }
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return {{"name", path.string()}, {"size", size}, {"hash", text}};
}

}  // namespace

Json data_files_json(const Configuration& configuration) {
    Json files = Json::array();
    const std::string spec = configuration.text("data");
    if (!parse_generated(spec, configuration.where("data"))) {
        for (const fs::path& path : split_file_names(spec)) {
            if (fs::is_regular_file(path)) files.push_back(file_json(path));  // a pipe can be read only once
        }
    }
    return files;
}

std::string changed_data_file(const Json& before, const Json& now) {
    const std::size_t count = before.is_array() ? std::min(now.items().size(), before.items().size()) : 0;
    for (std::size_t file = 0; file < count; ++file) {
        if (before.items()[file] != now.items()[file]) {
            return now.items()[file]["name"].string();
        }
    }
    return "";
}

}  // namespace skein::app
