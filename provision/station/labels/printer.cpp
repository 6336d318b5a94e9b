#include "provision/station/labels/printer.hpp"

#include <fcntl.h>

#include <cerrno>

#include "core/child.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "provision/transport/byte_stream.hpp"
#include "provision/transport/fd_stream.hpp"

namespace epki::labels {

namespace {

std::string file_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f || c == '/' || c == '\\' ? '_' : c;
  }
  return out.empty() || out.starts_with('.') ? "label" + out : out;
}

Result<std::string> to_folder(const Label& label, const std::string& name, const std::string& folder, int dpi) {
  auto png = to_png(label.svg, dpi);
  if (!png) return std::move(png).error();
  if (auto made = make_folder(folder); !made) return std::move(made).error();
  const auto base = std::filesystem::path(folder) / name;
  if (auto done = replace_file(base.string() + ".svg", label.svg, 0644); !done) return std::move(done).error();
  if (auto done = replace_file(base.string() + ".png", *png, 0644); !done) return std::move(done).error();
  if (!label.zpl.empty())
    if (auto done = replace_file(base.string() + ".zpl", label.zpl, 0644); !done) return std::move(done).error();
  return base.string() + ".png";
}

Result<std::string> to_queue(const Label& label, const std::string& name, const std::string& queue, int dpi,
                             Deadline by) {
  auto png = to_png(label.svg, dpi);
  if (!png) return std::move(png).error();
  auto folder = TemporaryFolder::make("label");
  if (!folder) return std::move(folder).error();
  const auto file = folder->path() / "label.png";
  if (auto done = write_new_file(file, *png, 0600); !done) return std::move(done).error();
  auto lp = Child::start({.argv = {"lp", "-s", "-d", queue, "-t", name, "--", file.string()}});
  if (!lp) {
    auto error = std::move(lp).error();
    error.hint = "install a CUPS client (Debian package cups-client), or print to file: or raw:";
    return error;
  }
  const auto exit = lp->wait(by);
  if (exit == 0) return "queue " + queue;
  return Error{
      Errc::network,
      "lp did not take the label for queue " + queue + (exit ? ": it ended with " + std::to_string(*exit) : " in time"),
      "lpstat -p " + queue + " shows what is wrong with it"};
}

Error no_zpl() {
  return Error{Errc::input, "this label's template has no ZPL, which a raw printer port needs",
               "put a file of the same name with the ending .zpl beside the SVG"};
}

Result<std::string> to_network(const Label& label, const Destination& to, Deadline by, const Cancel& cancel) {
  if (label.zpl.empty()) return no_zpl();
  const std::string where = to.where + ":" + std::to_string(to.port);
  auto wire = transport::open_tcp(to.where, to.port, by, cancel);
  auto sent = wire ? (*wire)->write_all(as_bytes(label.zpl), by) : Status(std::move(wire).error());
  if (sent) return "printer " + where;
  if (sent.error().code == Errc::interrupted) return std::move(sent).error();
  return Error{Errc::network, "the label printer " + where + " took no label: " + sent.error().what,
               "check that it is on and that its raw port is " + std::to_string(to.port)};
}

Result<std::string> to_device(const Label& label, const std::string& path, Deadline by, const Cancel& cancel) {
  if (label.zpl.empty()) return no_zpl();
  // Not blocking: a printer without paper takes nothing, and nobody waits for it longer than `by`.
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return disk_error("opening the label printer", path, errno);
  transport::FdStream wire(fd, path, cancel);
  auto sent = wire.write_all(as_bytes(label.zpl), by);
  if (sent) return path;
  if (sent.error().code == Errc::interrupted) return std::move(sent).error();
  return Error{Errc::disk, "the label printer " + path + " took no label: " + sent.error().what,
               "check its paper and that it is on"};
}

}  // namespace

Result<Destination> parse_destination(std::string_view text) {
  const auto colon = text.find(':');
  const auto kind = text.substr(0, colon);
  const std::string rest(colon == text.npos ? std::string_view{} : text.substr(colon + 1));
  const Error wrong{Errc::usage, "\"" + visible(text) + "\" is no place for labels",
                    "use file:DIR, cups:QUEUE, raw:HOST:PORT or raw:/dev/usb/lp0"};
  if (rest.empty()) return wrong;
  if (kind == "file") return Destination{Destination::Kind::file, rest};
  if (kind == "cups")
    return rest.starts_with('-') ? Result<Destination>(wrong) : Destination{Destination::Kind::cups, rest};
  if (kind != "raw") return wrong;
  if (rest.starts_with('/')) return Destination{Destination::Kind::raw_device, rest};
  const auto last = rest.rfind(':');
  if (last == std::string::npos) return Destination{Destination::Kind::raw_network, rest};
  const auto port = parse_integer(std::string_view(rest).substr(last + 1));
  if (!port || *port < 1 || *port > 65535 || last == 0) return wrong;
  return Destination{Destination::Kind::raw_network, rest.substr(0, last), static_cast<std::uint16_t>(*port)};
}

Result<std::string> print(const Label& label, std::string_view name, const Destination& to, int dpi, Deadline by,
                          const Cancel& cancel) {
  const auto file = file_name(name);
  switch (to.kind) {
    case Destination::Kind::file: return to_folder(label, file, to.where, dpi);
    case Destination::Kind::cups: return to_queue(label, file, to.where, dpi, by);
    case Destination::Kind::raw_network: return to_network(label, to, by, cancel);
    case Destination::Kind::raw_device: return to_device(label, to.where, by, cancel);
  }
  return Error{Errc::internal, "no such place for labels"};
}

}  // namespace epki::labels
