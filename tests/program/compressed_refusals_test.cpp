// What compressed data refuse, through the program.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "skein/trainer.hpp"
#include "support/program_checks.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace {

std::string error_of(const Arguments& arguments) {
    const ProgramResult result = run_program(arguments);
    CHECK(result.exit_code == 2);
    CHECK(result.output == "");
    return result.errors;
}

bool runs(const Arguments& arguments) {
    const ProgramResult result = run_program(arguments);
    CHECK(without_findings(result.errors) == "");
    return result.exit_code == 0;
}

/// Samples, and the same compressed.
struct BothKinds {
    BothKinds() { REQUIRE(run_program({"data", "compress", samples, "--out", file}).exit_code == 0); }
    std::string options(const std::string& text) const { return directory.file("options.toml", text).string(); }
    TemporaryDirectory directory;
    std::string file = in(directory, "data.skc"), samples = "sine:samples=1000";
};

const std::string axis = "--axis=learning_rate=log10:0.1:1:2";
const std::string no_order = "has no effect: compressed data have no order, all batches are full\n",
                  not_compressed = "has no effect: --data is not compressed: expected --compress, or a .skc file\n";

}  // namespace

TEST_CASE("options without effect on compressed data, or on samples, are refused") {
    const BothKinds kinds;
    const auto& [directory, file, samples] = kinds;
    const std::string chain = in(directory, "a/chain.json");
    REQUIRE(run_program({"train", "--data", samples, "--steps=1", "--out", in(directory, "a")}).exit_code == 0);
    for (const std::string kind : {"full", "blocks", "none", "with_replacement"}) {
        CHECK(error_of({"train", "--data", file, "--shuffle", kind}) == "skein: error: --shuffle: " + no_order);
    }
    CHECK(error_of({"train", "--data", samples, "--compress", "--shuffle=none"}) ==
          "skein: error: --shuffle: " + no_order);
    CHECK(error_of({"sweep", "--data", file, axis, "--shuffle=none"}) == "skein: error: --shuffle: " + no_order);
    const std::string tolerance = "skein: error: --tolerance: ";
    CHECK(error_of({"train", "--data", samples, "--tolerance=1e-3"}) == tolerance + not_compressed);
    CHECK(error_of({"train", "--tolerance=1e-3"}) == tolerance + not_compressed);
    CHECK(error_of({"sweep", "--data", samples, axis, "--tolerance=1e-3"}) == tolerance + not_compressed);
    CHECK(error_of({"sweep", "--preset=trainability", "--tolerance=1e-3"}).find("is not compressed") !=
          std::string::npos);
    CHECK(error_of({"boundary", "--data", samples, axis, "--tolerance=1e-3"}) == tolerance + not_compressed);
    for (const std::string command : {"evaluate", "gradient"}) {
        CHECK(error_of({command, "--chain", chain, "--data", samples, "--tolerance=1e-3"}) ==
              tolerance + "has no effect: --data is not compressed: expected a .skc file\n");
    }
    CHECK(error_of({"gradient", "--chain", chain, "--x=1", "--y=1", "--tolerance=1e-3"}) ==
          tolerance + "has no effect: one sample is not compressed\n");
}

TEST_CASE("a file of options that names the data names the options without effect") {
    const BothKinds kinds;
    const auto& [directory, file, samples] = kinds;
    const std::string both = kinds.options("steps = 1\nshuffle = 'none'\ndata = '" + file + "'\n");
    CHECK(error_of({"train", "--config", both}) == "skein: error: " + both + ", line 2: shuffle: " + no_order);
    CHECK(runs({"train", "--config", both, "--data", samples}));
    kinds.options("steps = 1\ntolerance = 1e-3\ndata = '" + samples + "'\n");
    CHECK(error_of({"train", "--config", both})
              .find("line 2: tolerance: has no effect: " + both + ", line 3: data is not compressed") !=
          std::string::npos);
    CHECK(runs({"train", "--config", both, "--compress"}));
    CHECK(runs({"train", "--config", both, "--data", file}));
}

TEST_CASE("a file of options may serve runs on both kinds of data, and a run keeps those it uses") {
    const BothKinds kinds;
    const auto& [directory, file, samples] = kinds;
    const std::string both = kinds.options("steps = 1\ntolerance = 1e-3\nshuffle = 'none'\n");
    CHECK(error_of({"train", "--config", kinds.options("shuffle = 'nonne'"), "--data", file}).find("did you mean") !=
          std::string::npos);
    kinds.options("steps = 1\ntolerance = 1e-3\nshuffle = 'none'\n");
    CHECK(runs({"train", "--config", both, "--data", file, "--out", in(directory, "c")}));
    CHECK(runs({"train", "--config", both, "--data", samples, "--out", in(directory, "d")}));
    const auto stored = [&](const std::string& name) {
        return Json::parse(content_of(in(directory, name + "/run.json")))["configuration"];
    };
    CHECK(!stored("c").contains("shuffle"));
    CHECK(stored("c")["tolerance"] == 1e-3);
    CHECK(stored("d")["shuffle"] == "none");
    CHECK(stored("d")["tolerance"] == 1e-10);
    // Earlier runs, with their defaults, for data of either kind.
    REQUIRE(run_program({"train", "--data", samples, "--steps=1", "--out", in(directory, "a")}).exit_code == 0);
    REQUIRE(run_program({"train", "--data", file, "--steps=1", "--out", in(directory, "b")}).exit_code == 0);
    CHECK(runs({"train", "--config", in(directory, "a/run.json"), "--data", file, "--batch=full"}));
    CHECK(runs({"train", "--config", in(directory, "b/run.json"), "--data", samples}));
    // The command that a sweep prints for a point.
    for (const std::string& data : {file, samples}) {
        const ProgramResult point = run_program({"sweep", both, "--data", data, axis, "--point=1"});
        REQUIRE(point.exit_code == 0);
        std::istringstream words(point.output);
        Arguments command;
        for (std::string word; words >> word;) command.push_back(word);
        command.erase(command.begin());
        CHECK(runs(command));
    }
}

TEST_CASE("what compressed data cannot do is refused in one line") {
    const TemporaryDirectory directory;
    const std::string file = in(directory, "data.skc");
    REQUIRE(run_program({"data", "compress", "sine:samples=1000", "--out", file}).exit_code == 0);
    CHECK(json_of(run_program({"data", "info", file, "--json"}))["data_sets"][0]["samples"] == 1000);
    CHECK(error_of({"data", "info", file, "sine"}).find("expected one kind at a time") != std::string::npos);
    CHECK(error_of({"data", "info", file, "--picture", "x.png"}).find("no samples to draw") != std::string::npos);
    CHECK(
        error_of({"data", "convert", file, "--out", "x.npy"}).find("a compressed data set has no individual samples") !=
        std::string::npos);
    CHECK(error_of({"data", "compress", "sine", "--out", file}).find(file) != std::string::npos);
    CHECK(error_of({"data", "compress", "sine", "--out", "x.skc", "--panel-width=0.3"}) ==
          "skein: error: --panel-width: '0.3' is no power of two from 2^-500 to 2^500, such as 2^-6\n");
    CHECK(error_of({"data", "compress", "sine", "--out", "x.skc", "--nodes=20"}) ==
          "skein: error: the number of nodes of a panel is 20: expected 16, 32, 48 or 64\n");
    CHECK(error_of({"data", "compress", "sine", "--out", "x.npy"}).find("expected a name that ends in .skc") !=
          std::string::npos);
    CHECK(error_of({"data", "compress", file, "--out", "x.skc"}).find("is already compressed") != std::string::npos);
    CHECK(error_of({"data", "compres", "sine"}) ==
          "skein: error: unknown subcommand of data 'compres': did you mean 'compress'?\n");
    CHECK(error_of({"train", "--data", file, "--activation=relu"}).find("is relu: expected an analytic one") !=
          std::string::npos);
    CHECK(error_of({"train", "--data", file, "--batch=10"}).find("expected the full batch") != std::string::npos);
    CHECK(error_of({"train", "--data", file, "--compress"}).find("is compressed already") != std::string::npos);
    CHECK(error_of({"train", "--data", file, "--validation=0.1"}).find("cannot be split") != std::string::npos);
    CHECK(error_of({"train", "--data", file, "--tolerance=0"}).find("--tolerance: 0 is out of range") !=
          std::string::npos);
    const ProgramResult beyond = run_program({"train", "--data", file, "--tolerance=1e-300", "--json"});
    CHECK(beyond.exit_code == 0);
    const Json json = Json::parse(beyond.output);
    CHECK(json["status"] == "stopped");
    CHECK(json["cause"] == "compression_tolerance");
    CHECK(json["loss"].is_null());
    CHECK(json["compression"]["largest_bound"] == 0.0);
    CHECK(json["compression"]["largest_refused_bound"] > 1e-300);
    // Saturated throughout: every derivative is 0, and bounded by what the chain's slopes are.
    const Json saturated = json_of(run_program({"train", "--data", file, "--weights=999,999,999", "--json"}));
    CHECK(saturated["status"] == "reached_max_steps");
    CHECK(saturated["compression"]["largest_bound"] < 1e-8);
}

TEST_CASE("what may help against a bound beyond the tolerance, and against none") {
    const TemporaryDirectory directory;
    const auto compressed = [&](const std::string& name, const std::string& panel_width) {
        const std::string file = in(directory, name);
        const Arguments compress{"data", "compress", "sine:samples=1000", "--panel-width=" + panel_width};
        REQUIRE(run_program(compress + Arguments{"--out", file}).exit_code == 0);
        return file;
    };
    const Arguments train{"train", "--steps=3", "--layers=30", "--init-scale=100", "--data"};
    const std::string bounded =
        run_program(train + Arguments{compressed("f.skc", "2^-16"), "--tolerance=1e-300"}).output;
    CHECK(contains(bounded, "(a larger tolerance, "));
    CHECK(contains(bounded, "no gradients or losses: their error is bounded only by "));
    const std::string unbounded = run_program(train + Arguments{compressed("c.skc", "2^-3")}).output;
    CHECK(contains(unbounded, "has no bound: the panels are too coarse: expected finer ones"));
    CHECK(contains(unbounded, "no gradients or losses: their error is not bounded\n"));
}

}  // namespace skein::test
