#include "skein/data_spec.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "base/text.hpp"
#include "skein/names.hpp"
#include "skein/numbers.hpp"
#include "skein/option_value.hpp"
#include "skein/text.hpp"

namespace skein {

using namespace internal;

namespace {

constexpr std::uint64_t kDefaultSamples = 100'000;
constexpr std::uint64_t kMaxSamples = std::uint64_t{1} << 53;
constexpr std::size_t kDefaultTeacherLayers = 4;
constexpr double kDefaultTeacherWeight = 1.2;
constexpr std::uint64_t kMaxTeacherLayers = 1'000'000;

/// The settings as the keys fill them in.
struct SpecDraft {
    GeneratedData data;
    std::optional<std::uint64_t> teacher_layers;
    std::optional<double> teacher_weight;
};

struct Key {
    std::string_view name;
    std::optional<Target> only_for;
    void (*read)(const OptionValue&, SpecDraft&);
};

using enum Target;
constexpr std::array kKeys{
    Key{"samples",
        {},
        [](const OptionValue& v, SpecDraft& d) {
            d.data.num_samples = v.count({1, kMaxSamples});
        }},
    Key{"seed", {}, [](const OptionValue& v, SpecDraft& d) { d.data.seed = v.count({}); }},
    Key{"noise", {}, [](const OptionValue& v, SpecDraft& d) { d.data.noise = v.number(); }},
    Key{"input",
        {},
        [](const OptionValue& v, SpecDraft& d) { d.data.input = v.word<InputDistribution>(kInputDistributionNames); }},
    Key{"input_scale", {}, [](const OptionValue& v, SpecDraft& d) { d.data.input_scale = v.number(); }},
    Key{"weights", teacher, [](const OptionValue& v, SpecDraft& d) { d.data.teacher_weights = v.numbers(); }},
    Key{"layers", teacher,
        [](const OptionValue& v, SpecDraft& d) {
            d.teacher_layers = v.count({1, kMaxTeacherLayers});
        }},
    Key{"weight", teacher, [](const OptionValue& v, SpecDraft& d) { d.teacher_weight = v.number(); }},
    Key{"activation", teacher,
        [](const OptionValue& v, SpecDraft& d) { d.data.teacher_activation = v.word<Activation>(kActivationNames); }},
    Key{"frequency", sine, [](const OptionValue& v, SpecDraft& d) { d.data.frequency = v.number(); }},
};

[[noreturn]] void fail_spec(std::string_view where, std::string_view message) {
    throw std::invalid_argument(to_text(where, ": ", message));
}

std::string with_underscores(std::string_view text) {
    std::string word(text);
    std::ranges::replace(word, '-', '_');
    return word;
}

const Key& find_key(std::string_view name, Target target, std::string_view where) {
    std::vector<std::string_view> names;
    for (const Key& key : kKeys) {
        if (!key.only_for || key.only_for == target) {
            names.push_back(key.name);
        }
    }
    const auto found = std::ranges::find(kKeys, with_underscores(name), &Key::name);
    if (found == kKeys.end() || (found->only_for && found->only_for != target)) {
        const std::string_view kind = kTargetNames[static_cast<std::size_t>(target)];
        fail_spec(where, unknown_word(to_text("key of ", kind, " data"), name, names));
    }
    return *found;
}

/// "samples=100,seed=1" into the draft.
void read_entries(std::string_view entries, std::string_view where, SpecDraft& draft) {
    std::vector<std::string_view> seen;
    for (const std::string& part : split(entries, ',')) {
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos) {
            fail_spec(where, to_text('\'', part, "' is not of the form key=value"));
        }
        const Key& key = find_key(part.substr(0, equals), draft.data.target, where);
        if (std::ranges::find(seen, key.name) != seen.end()) {
            fail_spec(where, to_text(key.name, " is given twice"));
        }
        seen.push_back(key.name);
        key.read({key.name, part.substr(equals + 1), to_text(where, ": ", key.name), ':'}, draft);
    }
}

void fill_in_teacher(std::string_view where, SpecDraft& draft) {
    GeneratedData& data = draft.data;
    if (!data.teacher_weights.empty() && (draft.teacher_layers || draft.teacher_weight)) {
        fail_spec(where, to_text("weights and ", draft.teacher_layers ? "layers" : "weight",
                                 " exclude each other: give one of them"));
    }
    if (data.target == teacher && data.teacher_weights.empty()) {
        data.teacher_weights.assign(draft.teacher_layers.value_or(kDefaultTeacherLayers),
                                    draft.teacher_weight.value_or(kDefaultTeacherWeight));
    }
}

/// "-" is standard input.
bool looks_like_a_path(std::string_view text) {
    return text == "-" || text.find_first_of("./") != std::string_view::npos;
}

}  // namespace

const std::string_view kDataSpecHelp =
    R"(SPEC, a data set, is one of
  file.csv                      Columns x,y or x,y,m (m: weight of the sample), separated by commas,
                                semicolons, tabs or blanks; a first line may hold these names; lines
                                from # on are comments. Others with --columns. Also .tsv, .txt, pipes,
                                and all of them compressed with gzip (.csv.gz).
  -                             The same from standard input.
  file.npy                      An array of floats, integers or bool, of shape (N, 2) or (N, 3), these
                                columns.
  x.npy,y.npy                   Two arrays of shape (N).
  file.skc                      A compressed data set (skein data compress): full batches only.
  KIND:key=value,...            Generated, with these keys and defaults:
    teacher                       y = f_L(x) of a chain: layers=4, weight=1.2 (of every layer), or
                                  weights=0.9:-1.2:0.7; activation=tanh
    sine                          y = sine of 2 pi frequency x: frequency=1
    step                          y = 1 where x > 0, else -1
    random_labels                 y = 1 or -1, whatever x is
    all kinds                     samples=100000, seed=0, noise=0 (standard deviation, added to y),
                                  input=normal|uniform|constant, input_scale=1 (standard deviation,
                                  half the interval, or x itself)
)";

std::optional<GeneratedData> parse_generated(std::string_view text, std::string_view where) {
    const std::size_t colon = text.find(':');
    const std::string_view kind = text.substr(0, colon);
    const auto found = std::ranges::find(kTargetNames, with_underscores(kind));
    if (found == kTargetNames.end()) {
        if (looks_like_a_path(kind)) {
            return std::nullopt;
        }
        fail_spec(where, to_text(unknown_word("kind of data", kind, kTargetNames),
                                 colon == std::string_view::npos ? " (files end in .csv, .npy or .skc)" : ""));
    }
    SpecDraft draft;
    draft.data.num_samples = kDefaultSamples;
    draft.data.target = static_cast<Target>(found - kTargetNames.begin());
    if (colon != std::string_view::npos) {
        read_entries(text.substr(colon + 1), where, draft);
    }
    fill_in_teacher(where, draft);
    return draft.data;
}

std::string generated_text(const GeneratedData& data) {
    std::string text =
        to_text(kTargetNames[static_cast<std::size_t>(data.target)], ":samples=", data.num_samples, ",seed=", data.seed,
                ",noise=", data.noise, ",input=", kInputDistributionNames[static_cast<std::size_t>(data.input)],
                ",input_scale=", data.input_scale);
    if (data.target == sine) {
        text += to_text(",frequency=", data.frequency);
    }
    if (data.target == teacher) {
        for (std::size_t layer = 0; layer < data.teacher_weights.size(); ++layer) {
            text += to_text(layer == 0 ? ",weights=" : ":", data.teacher_weights[layer]);
        }
        text += to_text(",activation=", kActivationNames[static_cast<std::size_t>(data.teacher_activation)]);
    }
    return text;
}

bool is_compressed_spec(std::string_view text) { return ends_in(text, ".skc"); }

bool is_text_spec(std::string_view text) {
    return looks_like_a_path(text.substr(0, text.find(':'))) && !is_compressed_spec(text) && !ends_in(text, ".npy");
}

std::vector<std::filesystem::path> split_file_names(std::string_view text) {
    for (std::size_t comma = text.find(','); comma != std::string_view::npos; comma = text.find(',', comma + 1)) {
        if (ends_in(text.substr(0, comma), ".npy") && ends_in(text, ".npy")) {
            return {text.substr(0, comma), text.substr(comma + 1)};
        }
    }
    return {text};
}

}  // namespace skein
