#include <unistd.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/version.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "verify/probe/cases.hpp"
#include "verify/probe/live_responder.hpp"
#include "verify/probe/record_json.hpp"
#include "verify/probe/remote_session.hpp"

namespace epki::cli {

namespace cmd_respond {

constexpr std::chrono::minutes kLook{10};  // how long one look at the port lasts; then the next begins

struct Options {
  std::optional<std::string> listen{}, dns{}, answer{}, relay{}, replay{}, show{}, save_ca{};
  std::string host = "probe.ec200u-pki.test";
  std::vector<std::string> names{};
  std::int64_t count = 0;
  bool stdio = false;
};

Result<HostPort> destination(std::string_view flag, std::string_view text) {
  return parse_host_port(flag, text);
}

Result<std::optional<HostPort>> place(std::string_view flag, const std::optional<std::string>& text,
                                      Result<HostPort> (*parse)(std::string_view, std::string_view) = destination) {
  if (!text) return std::optional<HostPort>{};
  auto parsed = parse(flag, *text);
  if (!parsed) return std::move(parsed).error();
  return std::optional(*std::move(parsed));
}

struct Places {
  std::optional<HostPort> listen{}, dns{}, relay{};
};

Result<Places> places_of(const Options& options) {
  auto listen = place("--listen", options.listen, parse_listen), dns = place("--dns", options.dns),
       relay = place("--relay", options.relay);
  if (!listen) return std::move(listen).error();
  if (!dns) return std::move(dns).error();
  if (!relay) return std::move(relay).error();
  if (*relay && (*relay)->port == 0) return Error{Errc::usage, "--relay " + *options.relay + " names no port", {}};
  return Places{*std::move(listen), *std::move(dns), *std::move(relay)};
}

/// For a verifier at the other end of the pipe: nothing but the protocol may be printed.
Result<Outcome> serve_pipe(const Places& places, const Context& context) {
  probe::remote::SessionPlan plan{places.listen, places.dns, places.relay};
  plan.version = std::string(version);
  auto served = probe::remote::serve(STDIN_FILENO, STDOUT_FILENO, plan, context.cancel);
  if (!served) return std::move(served).error();
  return Outcome{};
}

/// What every peer is shown, and the name it may be dialled by.
struct Show {
  probe::Presentation presentation;
  std::string host, words;
};

Result<Show> minted(const Options& options, const Context& context) {
  const auto now = context.clock.now();
  auto u = probe::mint_throw_away_root("respond", ossl::KeyType::ec_p256, now, context.random);
  auto stranger = probe::mint_throw_away_root("stranger", ossl::KeyType::ec_p256, now, context.random);
  if (!u) return std::move(u).error();
  if (!stranger) return std::move(stranger).error();
  if (options.save_ca) {
    if (auto saved = write_new_file(*options.save_ca, u->certificate.pem(), 0644); !saved)
      return std::move(saved).error();
  }
  const probe::Material material{*u, *stranger, ossl::KeyType::ec_p256, options.host, now};
  auto made = probe::mint_case(options.show.value_or("ok_direct"), material, context.random);
  if (!made) return Error{Errc::usage, made.error().what, made.error().hint};
  return Show{{made->id, made->chain, made->key}, options.host, made->presented};
}

Result<Show> show_of(const Options& options, const Places& places, const Context& context) {
  const int kinds = (options.replay ? 1 : 0) + (places.relay ? 1 : 0) + (options.show || options.save_ca ? 1 : 0);
  if (kinds > 1)
    return Error{Errc::usage, "--replay, --relay and --show exclude one another: a peer is shown one chain",
                 "start a second one for the second chain"};
  if (places.relay) {
    Show show{{.id = "relay", .chain = {}, .relay = true, .to_the_end = true}, places.relay->host, {}};
    show.words = "passing through to " + text_of(*places.relay);
    return show;
  }
  if (!options.replay) return minted(options, context);
  auto genuine = probe::read_genuine(*options.replay);
  if (!genuine) return std::move(genuine).error();
  return Show{{"replay", genuine->presented},
              genuine->host,
              "the genuine chain for " + genuine->host + " under " + genuine->root.subject() + ", without its key"};
}

std::string words_of(const probe::ServerRecord& record) {
  const auto& peer = record.peer;
  std::string text = (record.from.empty() ? "somebody" : record.from) + ": ";
  text += peer.alert ? "alert " + std::to_string(*peer.alert) : std::string(word(peer.stage));
  if (!peer.sni.empty()) text += ", asked for " + visible(peer.sni);
  if (!peer.could_not_present.empty()) text += "; " + peer.could_not_present;
  if (record.strays > 0) text += "; " + counted(record.strays, "other connection") + " closed";
  return text;
}

Status start_names(const Options& options, const Show& show, probe::Responder& responder, const Context& context) {
  auto* const names = responder.names();
  if (names == nullptr) return success();
  auto all = options.names;
  all.push_back(show.host);
  context.reporter.step("answering DNS for " + counted(all.size(), "name") + " on port " +
                        std::to_string(names->port()) + " with " + *options.answer);
  return names->answer(all, *options.answer);
}

Result<Outcome> respond(const Options& options, Context& context) {
  auto places = places_of(options);
  if (!places) return std::move(places).error();
  if (::geteuid() == 0)
    context.reporter.warning("the responder runs as root, and needs no rights at all: run it as an ordinary user");
  if (options.stdio) return serve_pipe(*places, context);
  if (!places->listen)
    return Error{Errc::usage, "--listen is missing", "--listen 0.0.0.0:8884; or --stdio for a verifier elsewhere"};
  if (places->dns && !options.answer)
    return Error{Errc::usage, "--dns needs --answer ADDR: the address that the names lead to", {}};
  auto show = show_of(options, *places, context);
  if (!show) return std::move(show).error();
  auto responder = probe::LiveResponder::start({.listen = *places->listen, .dns = places->dns, .relay = places->relay},
                                               context.cancel);
  if (!responder) return std::move(responder).error();
  if (auto started = start_names(options, *show, **responder, context); !started) return std::move(started).error();
  context.reporter.step("listening on " + text_of({places->listen->host, (*responder)->port()}) + ": " + show->words);

  Outcome outcome;
  Json all = Json::array();
  while (options.count == 0 || static_cast<std::int64_t>(all.size()) < options.count) {
    if (auto armed = (*responder)->arm(show->presentation); !armed) return std::move(armed).error();
    auto record = (*responder)->collect(after(kLook));
    if (!record && record.error().code == Errc::interrupted) break;
    if (!record) return std::move(record).error();
    if (!record->connected) continue;
    const auto at = rfc3339(context.clock.now());
    context.reporter.step(at + "  " + words_of(*record));
    outcome.text += at + "  " + words_of(*record) + "\n";
    all.push(probe::json_of_record(*record, probe::Wire::left_out).set("at", at));
  }
  outcome.document.set("presented", show->words).set("port", (*responder)->port()).set("connections", std::move(all));
  return outcome;
}

}  // namespace cmd_respond

void add_respond(CommandLine& line) {
  using namespace cmd_respond;
  auto options = std::make_shared<Options>();
  line.add("respond", "The probe responder alone, on a host that the modem can reach")
      .flag("--stdio", options->stdio, "Serve one verifier over stdin and stdout (verify --responder 'ssh HOST …')")
      .option("--listen", options->listen,
              "ADDR:PORT to listen on; with --stdio the verifier names it, unless it is given here")
      .option("--dns", options->dns, "ADDR:PORT for the DNS responder, which answers the probes' names only")
      .option("--answer", options->answer, "Address that those names lead to; with --stdio the verifier names it")
      .option("--name", options->names, "More names that the DNS responder answers")
      .option("--relay", options->relay,
              "HOST:PORT of a live server to pass connections through to; fixed from here on")
      .option("--replay", options->replay, "PEM file of a genuine chain to show without its key")
      .option("--show", options->show, "The trust case to show, minted for --host (default: ok_direct)")
      .option("--host", options->host, "The name that minted certificates carry (default: probe.ec200u-pki.test)")
      .option("--save-ca", options->save_ca, "Write the throw-away root of the minted case to this new file")
      .option("--count", options->count, "End after so many connections; 0 is no limit (default: 0)", 0, 1000000)
      .examples(
          "  ec200u-pki respond --stdio\n"
          "  ec200u-pki respond --listen 0.0.0.0:8884 --replay amazon.pem --count 1 --json\n"
          "  ec200u-pki respond --listen 0.0.0.0:8883 --relay broker.hivemq.com:8883")
      .run([options](Context& context) { return respond(*options, context); });
}

}  // namespace epki::cli
