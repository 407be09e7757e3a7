package io.heliograph.channel.election;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.unix.SocketFile;
import io.heliograph.unix.Users;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a channel, with one entry for each present or former host, named by process id. All methods may block.
 *
 * @param sharedWithGroup whether members accept a directory that is writable by its group: hosts of the npm package create it with the
 *     mode that the process's umask allows
 */
public record ChannelDirectory(Path path, boolean sharedWithGroup) {

    static final int TOKEN_BYTES = 32;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern PID = Pattern.compile("[1-9][0-9]{0,17}");
    private static final Pattern PORT_FILE = Pattern.compile("([0-9]{1,5})\n([0-9a-f]{64})\n");
    private static final int MAX_PORT_FILE_BYTES = 128;
    private static final int MAX_PID_DIGITS = 10;
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_SOCKET = 0140000;
    private static final int WRITABLE_BY_OTHERS = 022;
    private static final int WRITABLE_BY_ALL = 02;
    private static final int ACCESSIBLE_BY_OTHERS = 077;

    /**
     * A process that may be hosting.
     *
     * @param token secret that a member must present; empty over a Unix domain socket
     */
    record Candidate(long pid, Path path, Address address, Frame token) {

        boolean isAlive() {
            return Processes.isAlive(pid);
        }
    }

    /**
     * Returns the directory of a channel.
     *
     * @param suffix appended to the name; separates the kinds of channels
     * @throws IllegalArgumentException if the name is invalid, or too long for a socket path in the directory
     */
    public static ChannelDirectory of(Path parent, String name, String suffix) {
        checkArgument(
                NAME.matcher(name).matches() && !name.equals(".") && !name.equals(".."),
                "name: '%s' (expected: 1 to 64 of the characters A-Z a-z 0-9 . _ -, and neither . nor ..)",
                name);
        Path path = parent.resolve("." + name + suffix);
        SocketFile.checkLength(path.resolve("9".repeat(MAX_PID_DIGITS)));
        return new ChannelDirectory(path, suffix.isEmpty());
    }

    /** Returns the directory for temporary files that Node uses: {@code TMPDIR}, {@code TMP}, {@code TEMP}, else {@code /tmp}. */
    public static Path temporary(Map<String, String> environment, boolean windows) {
        List<String> names = windows ? List.of("TEMP", "TMP") : List.of("TMPDIR", "TMP", "TEMP");
        for (String name : names) {
            String value = environment.get(name);
            if (value != null && !value.isEmpty()) {
                return Path.of(value);
            }
        }
        if (!windows) {
            return Path.of("/tmp");
        }
        String root = environment.get("SystemRoot");
        return Path.of(root == null ? environment.getOrDefault("windir", "C:\\Windows") : root, "temp");
    }

    public static Path temporary() {
        return temporary(System.getenv(), System.getProperty("os.name", "").startsWith("Windows"));
    }

    public Path entry(long pid) {
        return path.resolve(Long.toString(pid));
    }

    Path lockFile() {
        return path.resolve(".lock");
    }

    /** Creates the directory if it is missing, and checks it. */
    void prepare() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Path parent = path.getParent();
            if (parent != null) {
                createParent(parent);
            }
            try {
                Files.createDirectory(
                        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException e) {
                // Another process has just created it.
            }
        }
        check(WRITABLE_BY_OTHERS);
    }

    private static void createParent(Path parent) throws IOException {
        try {
            Files.createDirectories(parent);
        } catch (FileAlreadyExistsException e) {
            throw new TransportException(
                    "ENOTDIR", "the parent of the channel directory is not a directory: " + parent, e);
        }
    }

    /**
     * Rejects a directory in which another user could create a socket.
     *
     * @param forbiddenMode permission bits that must not be set
     */
    private void check(int forbiddenMode) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new NoSuchFileException(path.toString());
            }
            throw failure("ENOTDIR", "is not a directory (symbolic links are not followed)");
        }
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        var owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
        if (!owner.equals(Users.self())) {
            throw failure(
                    "EPERM",
                    "belongs to user " + owner.getName() + " (expected: user "
                            + Users.self().getName() + ")");
        }
        if ((mode & forbiddenMode) != 0) {
            throw failure("EPERM", "is writable by other users (expected: mode 0700)");
        }
    }

    private TransportException failure(String code, String problem) {
        return new TransportException(code, "the channel directory " + path + " " + problem, null);
    }

    /** Returns the candidates, lowest process id first; none if the directory is missing. */
    List<Candidate> candidates() throws IOException {
        List<Candidate> found = new ArrayList<>();
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return found;
        }
        check(sharedWithGroup ? WRITABLE_BY_ALL : WRITABLE_BY_OTHERS);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                Candidate candidate = PID.matcher(name).matches() ? candidate(Long.parseLong(name)) : null;
                if (candidate != null) {
                    found.add(candidate);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return new ArrayList<>(); // removed concurrently
        }
        found.sort(Comparator.comparingLong(Candidate::pid));
        return found;
    }

    /**
     * Returns the candidate at the entry of {@code pid}, or null if the entry is missing or invalid: a socket of another user, or a
     * port file of another user or with access for other users.
     */
    @Nullable
    Candidate candidate(long pid) throws IOException {
        Path entry = entry(pid);
        try {
            int mode = (int) Files.getAttribute(entry, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if (!Files.getOwner(entry, LinkOption.NOFOLLOW_LINKS).equals(Users.self())) {
                return null;
            }
            if ((mode & TYPE_MASK) == TYPE_SOCKET) {
                return new Candidate(pid, entry, new Address.Unix(entry), Frame.empty());
            }
            if (!Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
                    || (mode & ACCESSIBLE_BY_OTHERS) != 0
                    || Files.size(entry) > MAX_PORT_FILE_BYTES) {
                return null;
            }
            Matcher port = PORT_FILE.matcher(Files.readString(entry, StandardCharsets.US_ASCII));
            if (!port.matches() || Integer.parseInt(port.group(1)) > 65535) {
                return null;
            }
            return new Candidate(
                    pid,
                    entry,
                    new Address.Tcp("127.0.0.1", Integer.parseInt(port.group(1))),
                    Frame.of(HexFormat.of().parseHex(port.group(2))));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Returns the identity of a file, independent of its name, or null if the file is missing. */
    public static @Nullable Object key(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}
