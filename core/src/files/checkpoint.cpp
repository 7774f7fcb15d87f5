#include "files/checkpoint.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/fnv1a.hpp"
#include "base/text.hpp"
#include "files/io/directory.hpp"
#include "files/io/file_error.hpp"
#include "skein/files/run_directory.hpp"

namespace skein::internal::files {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHead = "skein sweep checkpoint 1\n";

/// visit(key, number) for every number of a checkpoint, in the order of the file.
template <class SomeCheckpoint, class Visit>
void for_each_number(SomeCheckpoint& checkpoint, const Visit& visit) {
    visit("points_done", checkpoint.points_done);
    if (checkpoint.compression) {
        visit("compressed", checkpoint.compression->num_compressed);
        visit("exact", checkpoint.compression->num_exact);
        visit("largest_bound", checkpoint.compression->largest_bound);
        visit("largest_bound_of_value", checkpoint.compression->largest_bound_of_value);
        visit("largest_refused_bound", checkpoint.compression->largest_refused_bound);
    }
}

std::string text_of(const Checkpoint& checkpoint) {
    std::string text(kHead);
    for_each_number(checkpoint, [&](const char* key, const auto& number) { text += to_text(key, " ", number, "\n"); });
    return to_text(text, "hash ", Fnv1a().add_text(text).hash(), "\n");
}

}  // namespace

bool has_checkpoint(const fs::path& directory) {
    std::error_code ignored;
    return fs::is_regular_file(directory / kCheckpointName, ignored);
}

/// A number that is missing stays 0. Then the text differs from that of the numbers, as if one was damaged.
Checkpoint read_checkpoint(const fs::path& directory, bool is_compressed) {
    const fs::path path = directory / kCheckpointName;
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    Checkpoint checkpoint;
    if (is_compressed) {
        checkpoint.compression.emplace();
    }
    for_each_number(checkpoint, [&](const std::string& key, auto& number) {
        const std::string begin = "\n" + key + " ";
        if (const std::size_t at = text.find(begin); at != std::string::npos) {
            std::from_chars(text.data() + at + begin.size(), text.data() + text.size(), number);
        }
    });
    if (!file || text != text_of(checkpoint)) {
        fail(path, "is not a checkpoint of such a sweep, or it is damaged");
    }
    return checkpoint;
}

void write_checkpoint(const fs::path& directory, const Checkpoint& checkpoint) {
    write_file(directory / kCheckpointName, text_of(checkpoint));
}

void remove_checkpoint(const fs::path& directory) {
    remove_file(directory / kCheckpointName);
    sync_directory(directory);
}

}  // namespace skein::internal::files
