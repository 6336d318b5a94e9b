#include <memory>

#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/siblings.hpp"

namespace epki::cli {

void add_completion(CommandLine& line) {
  auto shell = std::make_shared<std::optional<std::string>>();
  line.add("completion", "Print a completion script for a shell")
      .choice("shell", *shell, "The shell it is for", {"bash", "zsh", "fish"})
      .required()
      .examples("  ec200u-pki completion bash > ~/.local/share/bash-completion/completions/ec200u-pki")
      .run([shell, &line](Context& context) -> Result<Outcome> {
        Outcome outcome;
        outcome.text = completion_script(**shell, describe_all(line, context.executable));
        outcome.document.set("shell", **shell).set("script", outcome.text);
        return outcome;
      });
}

}  // namespace epki::cli
