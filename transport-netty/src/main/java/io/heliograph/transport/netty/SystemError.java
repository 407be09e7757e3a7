package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.internal.Printable;
import io.heliograph.transport.ConnectFailures;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.unix.Errors;
import io.netty.util.internal.PlatformDependent;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Symbolic names of the errors of the operating system on sockets.
 *
 * <p>Netty's native transports report the error number, which depends on the platform; the JDK reports only its text.
 */
enum SystemError {
    EPERM(1, 1, "Operation not permitted"),
    ENOENT(2, 2, "No such file or directory"),
    ENOMEM(12, 12, "Cannot allocate memory"),
    EACCES(13, 13, "Permission denied"),
    ENOTDIR(20, 20, "Not a directory"),
    EINVAL(22, 22, "Invalid argument"),
    ENFILE(23, 23, "Too many open files in system"),
    EMFILE(24, 24, "Too many open files"),
    ENOSPC(28, 28, "No space left on device"),
    EROFS(30, 30, "Read-only file system"),
    EPIPE(32, 32, "Broken pipe"),
    EAGAIN(11, 35, "Resource temporarily unavailable"),
    ENAMETOOLONG(36, 63, "File name too long"),
    ELOOP(40, 62, "Too many levels of symbolic links"),
    ENOTSOCK(88, 38, "Socket operation on non-socket"),
    EPROTOTYPE(91, 41, "Protocol wrong type for socket"),
    EAFNOSUPPORT(97, 47, "Address family not supported by protocol"),
    EADDRINUSE(98, 48, "Address already in use"),
    EADDRNOTAVAIL(99, 49, "Cannot assign requested address"),
    ENETDOWN(100, 50, "Network is down"),
    ENETUNREACH(101, 51, "Network is unreachable"),
    ECONNABORTED(103, 53, "Software caused connection abort"),
    ECONNRESET(104, 54, "Connection reset"),
    ENOBUFS(105, 55, "No buffer space available"),
    ENOTCONN(107, 57, "Transport endpoint is not connected"),
    ETIMEDOUT(110, 60, "Connection timed out"),
    ECONNREFUSED(111, 61, "Connection refused"),
    EHOSTUNREACH(113, 65, "No route to host");

    /** The longest path of a Unix domain socket, in bytes. */
    static final int MAX_PATH = PlatformDependent.isOsx() ? 103 : 107;

    /** Maximum length of the part of a message that a peer may have determined, in characters. */
    private static final int MAX_WORDS = 300;

    private static final Pattern NUMBER = Pattern.compile("error\\((-\\d+)\\)");

    private final int linux;
    private final int bsd;
    private final String words;

    SystemError(int linux, int bsd, String words) {
        this.linux = linux;
        this.bsd = bsd;
        this.words = words;
    }

    /**
     * Loads the classes that report a lack of file descriptors in advance: during the lack no class file can be opened,
     * and a class whose load has failed stays unavailable.
     */
    static void load() {
        HeliographException unused =
                unreachable("", new Address.Tcp("localhost", 0), new IOException("error(-24): " + EMFILE.words));
    }

    /** Returns the symbolic name of the error, or an empty string. */
    static String code(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            SystemError error = of(each);
            if (error != null) {
                return error.name();
            }
        }
        return "";
    }

    private static @Nullable SystemError of(Throwable failure) {
        if (failure instanceof Errors.NativeIoException natively) {
            return numbered(natively.expectedErr());
        }
        if (failure instanceof FileNotFoundException || failure instanceof NoSuchFileException) {
            return ENOENT; // Netty's, without a message
        }
        if (failure instanceof FileAlreadyExistsException) {
            return EADDRINUSE;
        }
        if (failure instanceof AccessDeniedException) {
            return EACCES;
        }
        String message = failure.getMessage();
        if (message == null) {
            return failure instanceof NoRouteToHostException ? EHOSTUNREACH : null;
        }
        if (message.contains("path too long")) {
            return ENAMETOOLONG; // the JDK's, whose limit is one byte less
        }
        Matcher number = NUMBER.matcher(message);
        if (number.find()) {
            return numbered(Integer.parseInt(number.group(1)));
        }
        SystemError longest = null;
        for (SystemError each : values()) {
            if (message.contains(each.words) && (longest == null || each.words.length() > longest.words.length())) {
                longest = each;
            }
        }
        return longest;
    }

    private static @Nullable SystemError numbered(int negative) {
        boolean bsd = PlatformDependent.isOsx();
        for (SystemError each : values()) {
            if ((bsd ? each.bsd : each.linux) == -negative) {
                return each;
            }
        }
        return null;
    }

    /** Returns the exception for a failure of an open link or a listening socket. */
    static HeliographException transport(String what, Throwable failure) {
        Throwable cause = failure;
        while (!(cause instanceof HeliographException) && isWrapper(cause) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof HeliographException ours) {
            return ours;
        }
        String code = code(cause);
        return new TransportException(code, what + ": " + words(code, cause), cause);
    }

    private static boolean isWrapper(Throwable failure) {
        return failure instanceof RuntimeException || failure instanceof ChannelOutputShutdownException;
    }

    private static String words(String code, Throwable cause) {
        if (!code.isEmpty()) {
            return valueOf(code).words + " (" + code + ")";
        }
        if (cause instanceof ClosedChannelException) {
            return "it was closed";
        }
        return Printable.of(cause.getMessage() == null ? cause.toString() : cause.getMessage(), MAX_WORDS);
    }

    /**
     * Returns the exception for a failed attempt to connect.
     *
     * @param where address or URL in the message
     */
    static UnreachableException unreachable(String where, Address address, Throwable failure) {
        HeliographException cause = failure instanceof UnknownHostException
                ? new TransportException(ConnectFailures.UNKNOWN_HOST, "unknown host", failure)
                : transport("connect", failure);
        return ConnectFailures.unreachable(where, address instanceof Address.Unix, cause);
    }

    /** Rejects a path that the system would truncate silently. */
    static void checkPath(Path path) {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_PATH) {
            throw new TransportException(
                    ENAMETOOLONG.name(),
                    "path of "
                            + length
                            + " bytes: "
                            + path
                            + " (expected: at most "
                            + MAX_PATH
                            + ", the limit of socket files)",
                    null);
        }
    }
}
