/// Detects data files that were replaced since a run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skein {

/// A data file as a run found it. The hash, 64-bit FNV-1a in hexadecimal digits, is that of the first and the last MiB:
/// files may be larger than memory, and a copy, whose times differ, is as good.
struct DataFile {
    std::string name;
    std::uint64_t size = 0;
    std::string hash;
    bool operator==(const DataFile&) const = default;
};

/// The regular files that a SPEC names (skein/data_spec.hpp); none for generated data, and no pipes, which can be read
/// only once. Throws std::invalid_argument, beginning with `where`, if `spec` is not a SPEC.
[[nodiscard]] std::vector<DataFile> identify_data(const std::string& spec, std::string_view where);

/// As run.json has them: an array of {"name", "size", "hash"}.
[[nodiscard]] std::string data_files_json(const std::vector<DataFile>& files);

/// The "data_files" in the text of a run.json; none if it has none. An entry that is no data file differs from every other.
[[nodiscard]] std::vector<DataFile> stored_data_files(std::string_view run_json);

/// The name of the first file that differs between two lists from the same SPEC, or empty. An earlier list may be
/// shorter: old versions stored none.
[[nodiscard]] std::string changed_data_file(const std::vector<DataFile>& before, const std::vector<DataFile>& now);

}  // namespace skein
