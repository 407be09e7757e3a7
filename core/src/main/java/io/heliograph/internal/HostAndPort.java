package io.heliograph.internal;

import static io.heliograph.internal.Check.checkArgument;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * Parser of the {@code host:port} part of every address: of URLs, of the {@code Host} and {@code Origin} fields, of options.
 *
 * @param host name or IP address in ASCII and lower case; an IPv6 address without brackets and without zone
 * @param zone zone of an IPv6 address, such as {@code eth0}; empty for none
 * @param port 0 to 65535, or {@link #NO_PORT} if the text has none
 */
public record HostAndPort(String host, String zone, int port) {

    /** Value of {@link #port()} if the text has no port. */
    public static final int NO_PORT = -1;

    private static final int MAX_NAME = 253;
    private static final int MAX_LABEL = 63;

    /** Letters that the old and the new standard for international names convert differently. */
    private static final String AMBIGUOUS = "ßẞς\u200c\u200d";

    /**
     * Parses {@code host} or {@code host:port}.
     *
     * @throws IllegalArgumentException if the text is not supported; the message is the reason alone
     */
    public static HostAndPort parse(String text) {
        checkArgument(
                text.indexOf('@') < 0,
                "a user name in the address (expected: host:port; send credentials in a header or a message)");
        checkArgument(!text.isEmpty(), "no host (expected: a name or an IP address)");
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            checkArgument(end > 0, "a '[' without ']' (expected: [IPv6 address]:port)");
            String rest = text.substring(end + 1);
            checkArgument(
                    rest.isEmpty() || rest.startsWith(":"),
                    "'%s' after ']' (expected: ':' and a port)",
                    Printable.of(rest, 40));
            return bracketed(text.substring(1, end), rest.isEmpty() ? NO_PORT : port(rest.substring(1)));
        }
        int colon = text.indexOf(':');
        checkArgument(
                colon == text.lastIndexOf(':'),
                "an IPv6 address without brackets, or several ports (expected: [IPv6 address]:port or host:port)");
        String name = colon < 0 ? text : text.substring(0, colon);
        return new HostAndPort(name(name), "", colon < 0 ? NO_PORT : port(text.substring(colon + 1)));
    }

    /**
     * Parses a host without a port: a name, or an IP address with or without brackets.
     *
     * @throws IllegalArgumentException if the text is not supported; the message is the reason alone
     */
    public static HostAndPort host(String text) {
        if (text.indexOf(':') >= 0 && !text.startsWith("[")) {
            return bracketed(text, NO_PORT);
        }
        HostAndPort parsed = parse(text);
        checkArgument(parsed.port == NO_PORT && !text.endsWith(":"), "a port (expected: a host alone)");
        return parsed;
    }

    private static HostAndPort bracketed(String literal, int port) {
        int percent = literal.indexOf('%');
        String address = percent < 0 ? literal : literal.substring(0, percent);
        String zone = percent < 0 ? "" : literal.substring(percent + 1);
        if (zone.startsWith("25") && zone.length() > 2) {
            zone = zone.substring(2); // RFC 6874: the percent sign itself is encoded
        }
        checkArgument(isIpv6(address), "'[%s]' (expected: an IPv6 address)", Printable.of(literal, 60));
        checkArgument(
                percent < 0 || zone.matches("[0-9A-Za-z._~-]+"),
                "zone '%s' (expected: the name or number of a network interface)",
                Printable.of(zone, 40));
        return new HostAndPort(address.toLowerCase(Locale.ROOT), zone, port);
    }

    private static boolean isIpv6(String address) {
        if (address.indexOf(':') < 0 || !address.matches("[0-9A-Fa-f:.]{2,45}")) {
            return false;
        }
        try {
            InetAddress.getByName("[" + address + "]"); // of a literal: no lookup
            return true;
        } catch (UnknownHostException malformed) {
            return false;
        }
    }

    private static int port(String digits) {
        if (digits.isEmpty()) {
            return NO_PORT; // as in "host:", which means the port of the scheme
        }
        checkArgument(
                digits.length() <= 20 && digits.matches("0*[0-9]{1,5}") && Integer.parseInt(digits) <= 65535,
                "port '%s' (expected: a number up to 65535)",
                Printable.of(digits, 20));
        return Integer.parseInt(digits);
    }

    private static String name(String text) {
        checkArgument(!text.isEmpty(), "no host (expected: a name or an IP address)");
        checkArgument(
                text.indexOf('%') < 0,
                "host '%s' with a percent sign (expected: the decoded name; a zone only in brackets)",
                Printable.of(text, 60));
        String ascii = ascii(text).toLowerCase(Locale.ROOT);
        for (int i = 0; i < ascii.length(); i++) {
            char c = ascii.charAt(i);
            checkArgument(
                    c > ' ' && c < 0x7f && "\"#/:<>?@[\\]^`{|}".indexOf(c) < 0,
                    "host '%s' with the character '%s' (expected: letters, digits, '-', '_' and '.')",
                    Printable.of(text, 60),
                    Printable.of(String.valueOf(c)));
        }
        checkLabels(text, ascii);
        return ascii;
    }

    private static String ascii(String text) {
        if (text.chars().allMatch(c -> c < 0x80)) {
            return text;
        }
        for (int i = 0; i < text.length(); i++) {
            checkArgument(
                    AMBIGUOUS.indexOf(text.charAt(i)) < 0,
                    "host '%s' with '%s', which standards convert differently (expected: the ASCII form, xn--...)",
                    Printable.of(text, 60),
                    Printable.of(text.substring(i, i + 1)));
        }
        try {
            return IDN.toASCII(text);
        } catch (IllegalArgumentException unmappable) {
            throw new IllegalArgumentException(
                    "host '" + Printable.of(text, 60) + "' has no ASCII form (expected: a name, or its xn--... form)",
                    unmappable);
        }
    }

    private static void checkLabels(String text, String ascii) {
        String absolute = ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
        String[] labels = absolute.split("\\.", -1);
        for (String label : labels) {
            checkArgument(
                    !label.isEmpty() && label.length() <= MAX_LABEL && absolute.length() <= MAX_NAME,
                    "host '%s' (expected: up to %d characters in parts of 1 to %d)",
                    Printable.of(text, 60),
                    MAX_NAME,
                    MAX_LABEL);
        }
        String last = labels[labels.length - 1];
        if (last.matches("[0-9]+|0[xX][0-9A-Fa-f]*")) {
            boolean decimal = labels.length == 4 && absolute.equals(ascii);
            for (String label : labels) {
                decimal &= label.matches("0|[1-9][0-9]{0,2}") && Integer.parseInt(label) <= 255;
            }
            checkArgument(
                    decimal,
                    "host '%s' (expected: an IPv4 address of four decimal numbers up to 255)",
                    Printable.of(text, 60));
        }
    }

    /** Whether the host is an IPv6 address. */
    public boolean isIpv6() {
        return host.indexOf(':') >= 0;
    }

    /** Returns the host with its zone, for the resolver. */
    public String scopedHost() {
        return zone.isEmpty() ? host : host + "%" + zone;
    }

    /** Returns the host in the form of a URL or a {@code Host} field: an IPv6 address in brackets, without its zone. */
    public String urlHost() {
        return isIpv6() ? "[" + host + "]" : host;
    }
}
