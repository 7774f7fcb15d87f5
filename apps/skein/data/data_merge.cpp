// skein data merge
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_line.hpp"
#include "console/exit_codes.hpp"
#include "console/streams.hpp"
#include "data/compressed_output.hpp"
#include "data/data_commands.hpp"
#include "skein/files/compressed_file.hpp"

namespace skein::app {
namespace {

using enum ValueType;

constexpr Option kDataMergeOptions[] = {
    {"Data", "out", "FILE.skc", text, "", "The file to write. Required."},
    {"Data", "force", "", flag, "", "Replace an existing file."},
    {"Options", "json", "", flag, "", "Print one JSON object instead of a summary."},
};

const Command kDataMergeCommand{.name = "data merge",
                                .summary = "merges the compressed parts of a data set into one compressed data set.",
                                .examples = R"(  skein data compress a.npy --panel-width 2^-17 --out a.skc
  skein data compress b.npy --panel-width 2^-17 --first-index 65536000 --out b.skc
  skein data merge a.skc b.skc --out all.skc
)",
                                .options = kDataMergeOptions,
                                .takes_words = true};

struct Part {
    std::string file;
    CompressedDataset data;

    std::uint64_t first() const { return data.first_index(); }
    std::uint64_t end() const { return first() + data.num_samples(); }
};

void require_same_panels(const Part& first, const Part& part) {
    const int exponent = part.data.panel_exponent(), first_exponent = first.data.panel_exponent();
    if (exponent != first_exponent) {
        throw BadInput(
            fmt::format("{}: its finest panels are 2^{} wide, those of {} 2^{}: compress all parts with "
                        "the same --panel-width, as in --panel-width 2^{}",
                        part.file, exponent, first.file, first_exponent, std::max(exponent, first_exponent)));
    }
    if (part.data.num_nodes() != first.data.num_nodes()) {
        throw BadInput(
            fmt::format("{}: its panels have {} nodes, those of {} {}: compress all parts with the same "
                        "--nodes",
                        part.file, part.data.num_nodes(), first.file, first.data.num_nodes()));
    }
}

void require_no_gap(const Part& before, const Part& part) {
    if (part.first() == before.end()) {
        return;
    }
    const std::string expected = before.end() % CompressedDataset::kSegmentSamples == 0
                                     ? fmt::format("--first-index {}", before.end())
                                     : "a multiple of 65536 samples in all parts but the last";
    throw BadInput(fmt::format("{}: begins at index {}, but {}, the part before, ends {}, at {}: expected {}",
                               part.file, part.first(), before.file, part.first() < before.end() ? "later" : "earlier",
                               before.end(), expected));
}

/// merge_compressed() would refuse the same parts, but cannot name their files.
void require_one_data_set(std::vector<Part> parts) {
    for (const Part& part : parts) {
        require_same_panels(parts[0], part);
    }
    std::ranges::stable_sort(parts, {}, &Part::first);
    for (std::size_t index = 1; index < parts.size(); ++index) {
        require_no_gap(parts[index - 1], parts[index]);
    }
}

int merge_files(const Configuration& configuration) {
    const std::filesystem::path path = check_compressed_output(configuration, "FILE.skc, the parts of a data set");
    std::vector<Part> parts;
    std::vector<CompressedDataset> data_sets;
    for (const std::string& file : configuration.words()) {
        data_sets.push_back(read_compressed(file));
        parts.push_back({file, data_sets.back()});
    }
    require_one_data_set(std::move(parts));
    write_compressed_output(configuration, merge_compressed(data_sets), path, std::nullopt);
    return kDone;
}

}  // namespace

int data_merge_command(const std::vector<std::string>& arguments) {
    const std::optional<Configuration> configuration = read_command_line(kDataMergeCommand, arguments);
    if (!configuration) {
        write_output(help_text(kDataMergeCommand));
        return kDone;
    }
    return merge_files(*configuration);
}

}  // namespace skein::app
