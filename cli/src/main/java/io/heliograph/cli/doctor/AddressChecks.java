package io.heliograph.cli.doctor;

import io.heliograph.cli.console.Event;
import io.heliograph.tls.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/** Checks of the addresses and certificates that a configuration names. */
final class AddressChecks {

    private static final Duration SOON = Duration.ofDays(30);

    private AddressChecks() {}

    /** Checks that a port can be bound; a server that runs already occupies it. */
    static Finding port(URI url) {
        String check = "port";
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(url.getHost()), url.getPort()));
            return Finding.ok(check, url + ": the port is free");
        } catch (IOException | IllegalArgumentException e) {
            return Finding.warn(
                    check,
                    url + ": " + Event.messageOf(e),
                    "end the program that listens there ('ss -ltnp' names it), unless it is this hub, or select another port");
        }
    }

    /** Checks the directory of a socket file. */
    static Finding socket(Path socket) {
        String check = "socket";
        Path directory = socket.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            return Finding.fail(
                    check, socket + ": no directory " + directory, "create it, or RuntimeDirectory= in the unit");
        }
        if (!Files.isWritable(directory)) {
            return Finding.fail(
                    check,
                    directory + ": not writable for " + System.getProperty("user.name"),
                    "change its owner, or select another directory");
        }
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(directory);
            boolean sticky = (((Integer) Files.getAttribute(directory, "unix:mode")) & 01000) != 0;
            if (mode.contains(PosixFilePermission.OTHERS_WRITE) && !sticky) {
                return Finding.fail(
                        check,
                        directory + ": " + PosixFilePermissions.toString(mode)
                                + ", every user can replace the socket file",
                        "chmod o-w " + directory);
            }
            return Finding.ok(check, socket + ": directory " + PosixFilePermissions.toString(mode));
        } catch (IOException | UnsupportedOperationException e) {
            return Finding.warn(check, directory + ": " + Event.messageOf(e), "check its permissions");
        }
    }

    /** Checks the times of the first certificate of a file. */
    static Finding certificate(Path file, Instant now) {
        String check = "certificate";
        String fix = "renew it, then send SIGHUP to the server";
        String prefix = "tls.certificate " + file + ": ";
        try {
            X509Certificate first =
                    Pem.certificates(file.toString(), Files.readString(file)).getFirst();
            Instant end = first.getNotAfter().toInstant();
            if (first.getNotBefore().toInstant().isAfter(now)) {
                return Finding.fail(
                        check,
                        prefix + "not valid before " + first.getNotBefore().toInstant(),
                        fix);
            }
            if (end.isBefore(now)) {
                return Finding.fail(
                        check,
                        prefix + "expired on " + end + ", "
                                + Duration.between(end, now).toDays() + " days ago",
                        fix);
            }
            long days = Duration.between(now, end).toDays();
            return end.isBefore(now.plus(SOON))
                    ? Finding.warn(check, prefix + "expires on " + end + ", in " + days + " days", fix)
                    : Finding.ok(check, prefix + "valid until " + end);
        } catch (IOException | IllegalArgumentException e) {
            return Finding.fail(check, prefix + Event.messageOf(e), "name a readable file with certificates in PEM");
        }
    }
}
