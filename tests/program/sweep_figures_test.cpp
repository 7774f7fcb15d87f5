// Figures of skein sweep.
#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "support/run_program.hpp"
#include "support/sweep_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

TEST_CASE("figures have no axis where there is none, and ticks that differ") {
    const TemporaryDirectory directory;
    const fs::path script = directory.file("script");
    fs::create_directory(directory.file("bin"));
    const fs::path gnuplot = directory.file("bin/gnuplot", "#!/bin/sh\n/bin/cat > '" + script.string() + "'\nexit 1\n");
    fs::permissions(gnuplot, fs::perms::owner_all);
    const auto script_of = [&](const Arguments& more) {
        Arguments arguments{"sweep",      "--force",   "--out=" + directory.file("s").string(),
                            "--layers=1", "--steps=5", "--data=teacher:samples=4"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        CHECK(run_program(arguments, {{"PATH=" + directory.file("bin").string()}}).exit_code == 0);
        return content_of(script);
    };
    const auto count = [](const std::string& text, const std::string& part) {
        std::size_t found = 0;
        for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
        return found;
    };
    const std::string line = script_of({"--axis=learning_rate=log10:0.01:1:8", "--picture=steps"});
    CHECK(contains(line, "unset ytics\n"));
    CHECK(count(line, "set label \"\\065\"") == 1);  // 5, of the bar: all chains made as many steps
    const std::string plane =
        script_of({"--axis=learning_rate=linear:0.1:0.100001:8,weight[1]=linear:1:1.000001:8", "--picture=loss"});
    CHECK(!contains(plane, "unset ytics\n"));
    std::set<std::string> labels;
    std::size_t num_labels = 0;
    for (auto at = plane.find("set label \""); at != plane.npos; at = plane.find("set label \"", at + 1)) {
        labels.insert(plane.substr(at + 11, plane.find('"', at + 11) - at - 11));
        ++num_labels;
    }
    CHECK(num_labels == 6);  // five ticks and the name
    CHECK(labels.size() == num_labels);
}

}  // namespace skein::test
