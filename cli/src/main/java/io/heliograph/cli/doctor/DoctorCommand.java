package io.heliograph.cli.doctor;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Json;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.doctor.Finding.Level;
import io.heliograph.cli.option.BaseCommand;
import io.heliograph.cli.option.ConfigOptions;
import io.heliograph.internal.Printable;
import io.heliograph.server.Hub;
import io.heliograph.server.config.ConfigException;
import io.heliograph.server.config.HubConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code helio doctor}: checks what a hub needs on this machine. */
@Command(
        name = "doctor",
        description = {
            "Checks Java, the native transport, the clock, the limit of open files, the configuration with its certificate, ports and"
                    + " socket files. Prints each finding with its remedy. Exits with 1 if a check fails; warnings do not count.",
            ""
        },
        footer = {"", "Examples:", "  helio doctor", "  helio doctor --config /etc/helio/helio.yaml"})
public final class DoctorCommand extends BaseCommand {

    private static final long DEFAULT_CONNECTIONS = 10_000;
    private static final int MAX_TEXT = 2000;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ConfigOptions options;

    public DoctorCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        List<Finding> findings = new ArrayList<>();
        HostChecks host = new HostChecks(Path.of("/proc"));
        findings.add(host.java(Runtime.version().feature(), System.getProperty("java.version", "")));
        findings.add(host.transport(transportFailure()));
        findings.add(host.clock(Instant.now().truncatedTo(ChronoUnit.SECONDS)));
        HubConfig config = configuration(findings);
        long connections = DEFAULT_CONNECTIONS;
        if (config != null) {
            connections =
                    config.text("limits.max-connections").map(Long::parseLong).orElse(DEFAULT_CONNECTIONS);
            addresses(config, findings);
        }
        findings.add(host.openFiles(connections));
        if (config != null && config.text("reuse-port").orElse("false").equals("true")) {
            findings.add(host.migration());
        }
        findings.forEach(this::print);
        return summary(findings);
    }

    /** Returns the configuration, or null if it is invalid; each error is a finding. */
    private @Nullable HubConfig configuration(List<Finding> findings) {
        String fix = "see docs/configuration.md, and helio config schema";
        try {
            HubConfig config = options.sources(spec).load();
            config.applyTo(Hub.builder()).build().close();
            Path file = options.file();
            findings.add(Finding.ok("configuration", "configuration " + (file == null ? "without a file" : file)));
            return config;
        } catch (ConfigException invalid) {
            invalid.errors().forEach(error -> findings.add(Finding.fail("configuration", error, fix)));
        } catch (IllegalArgumentException | IllegalStateException unsafe) {
            findings.add(Finding.fail("configuration", Event.messageOf(unsafe), fix));
        }
        return null;
    }

    private static void addresses(HubConfig config, List<Finding> findings) {
        for (int i = 0; config.has("listen[" + i + "].url"); i++) {
            URI url = URI.create(config.text("listen[" + i + "].url").orElseThrow());
            if ("unix".equals(url.getScheme())) {
                findings.add(AddressChecks.socket(Path.of(url.getSchemeSpecificPart())));
            } else if (url.getHost() != null && url.getPort() > 0 && isFirst(config, i, url)) {
                findings.add(AddressChecks.port(url));
            }
        }
        config.text("tls.certificate")
                .ifPresent(file -> findings.add(AddressChecks.certificate(Path.of(file), Instant.now())));
    }

    /** Whether no earlier listener has the same port. */
    private static boolean isFirst(HubConfig config, int index, URI url) {
        for (int i = 0; i < index; i++) {
            URI earlier = URI.create(config.text("listen[" + i + "].url").orElseThrow());
            if (earlier.getPort() == url.getPort()) {
                return false;
            }
        }
        return true;
    }

    /** Returns the reason why Netty's native transport cannot be used; empty if it can. The command does not depend on Netty. */
    private static String transportFailure() {
        try {
            Object cause = Class.forName("io.netty.channel.epoll.Epoll")
                    .getMethod("unavailabilityCause")
                    .invoke(null);
            return cause == null ? "" : Event.messageOf((Throwable) cause);
        } catch (ReflectiveOperationException | LinkageError e) {
            return Event.messageOf(e);
        }
    }

    private void print(Finding finding) {
        String level = finding.level().name().toLowerCase(Locale.ROOT);
        if (terminal.style() != Terminal.Style.JSON) {
            String shown = finding.level() == Level.FAIL ? "FAIL" : level;
            terminal.out()
                    .addLine(" " + (shown + "    ").substring(0, 5) + " " + Printable.of(finding.text(), MAX_TEXT));
            if (!finding.fix().isEmpty()) {
                terminal.out().addLine("       fix: " + finding.fix());
            }
            return;
        }
        String fix = finding.fix().isEmpty() ? "" : ",\"fix\":" + Json.quote(finding.fix());
        terminal.out()
                .addLine("{\"check\":\"" + finding.check() + "\",\"level\":\"" + level + "\",\"text\":"
                        + Json.quote(finding.text()) + fix + "}");
    }

    private int summary(List<Finding> findings) {
        long failures =
                findings.stream().filter(each -> each.level() == Level.FAIL).count();
        long warnings =
                findings.stream().filter(each -> each.level() == Level.WARN).count();
        terminal.out()
                .addLine(
                        terminal.style() != Terminal.Style.JSON
                                ? count(failures, "failure") + ", " + count(warnings, "warning")
                                : "{\"failures\":" + failures + ",\"warnings\":" + warnings + "}");
        return failures == 0 ? ExitCode.SUCCESS : ExitCode.FAILURE;
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
