#include "skein/files/data_identity.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/fnv1a.hpp"
#include "skein/data_spec.hpp"

namespace skein {

using namespace internal;

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMostHashed = std::uint64_t{1} << 20;

/// Bytes [first, end) of a file; fewer if it cannot be read.
std::string bytes_of(std::ifstream& file, std::uint64_t first, std::uint64_t end) {
    std::string bytes(static_cast<std::size_t>(end - first), '\0');
    file.seekg(static_cast<std::streamoff>(first));
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

std::string sixteen_digits(std::uint64_t hash) {
    std::string digits(16, '0');
    for (std::size_t place = digits.size(); place-- > 0; hash >>= 4) {
        digits[place] = "0123456789abcdef"[hash & 15];
    }
    return digits;
}

DataFile identify(const fs::path& path) {
    const std::uint64_t size = fs::file_size(path);
    std::ifstream file(path, std::ios::binary);
    Fnv1a hash;
    hash.add_text(bytes_of(file, 0, std::min(size, kMostHashed)));
    if (size > kMostHashed) {
        hash.add_text(bytes_of(file, std::max(kMostHashed, size - kMostHashed), size));
    }
    return {path.string(), size, sixteen_digits(hash.hash())};
}

}  // namespace

std::vector<DataFile> identify_data(const std::string& spec, std::string_view where) {
    std::vector<DataFile> files;
    if (!parse_generated(spec, where)) {
        for (const fs::path& path : split_file_names(spec)) {
            if (fs::is_regular_file(path)) files.push_back(identify(path));
        }
    }
    return files;
}

std::string data_files_json(const std::vector<DataFile>& files) {
    Json array = Json::array();
    for (const DataFile& file : files) {
        array.push_back({{"name", file.name}, {"size", file.size}, {"hash", file.hash}});
    }
    return array.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<DataFile> stored_data_files(std::string_view run_json) {
    const Json run = Json::parse(run_json, nullptr, false);
    const Json array = run.is_object() ? run.value("data_files", Json::array()) : Json::array();
    std::vector<DataFile> files;
    for (const Json& file : array.is_array() ? array : Json::array()) {
        const bool is_file = file.is_object() && file.contains("name") && file["name"].is_string() &&
                             file.contains("size") && file["size"].is_number_unsigned() && file.contains("hash") &&
                             file["hash"].is_string();
        files.push_back(is_file ? DataFile{file["name"], file["size"], file["hash"]} : DataFile{});
    }
    return files;
}

std::string changed_data_file(const std::vector<DataFile>& before, const std::vector<DataFile>& now) {
    for (std::size_t file = 0; file < std::min(now.size(), before.size()); ++file) {
        if (before[file] != now[file]) {
            return now[file].name;
        }
    }
    return "";
}

}  // namespace skein
