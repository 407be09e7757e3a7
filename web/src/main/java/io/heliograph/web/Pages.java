package io.heliograph.web;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHandler;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers with files: from a folder, or from the class path.
 *
 * <p>A path that ends with {@code /} is that of its {@code index.html}. Nothing outside is served: no {@code ..}, no name that
 * begins with a dot, and no link that leads out of the folder. Files longer than 16 MiB are not served.
 */
public final class Pages implements HttpHandler {

    private static final int MAX_BYTES = 16 << 20;
    private static final HttpResponse NOT_FOUND = HttpResponse.text(404, "Not Found");
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("md", "text/markdown; charset=utf-8"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("gif", "image/gif"),
            Map.entry("webp", "image/webp"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("wasm", "application/wasm"));

    /** Where the files are. */
    @FunctionalInterface
    private interface Source {

        /** The bytes of a file, or null if there is none; {@code name} has no leading slash. */
        byte @Nullable [] read(String name) throws IOException;
    }

    private final Source source;
    private final String prefix;

    private Pages(Source source, String prefix) {
        this.source = source;
        this.prefix = prefix;
    }

    /** The files of a folder, as they are when they are asked for. */
    public static Pages folder(Path folder) {
        return new Pages(name -> file(folder, name), "/");
    }

    /**
     * Resources beside a class, on the class path or in its module; those whose names have an extension.
     *
     * @param owner whose {@link Class#getResourceAsStream} finds them
     * @param base the name of their folder, from the root such as {@code /pages} or relative to the class
     */
    public static Pages resources(Class<?> owner, String base) {
        String folder = base.isEmpty() || base.endsWith("/") ? base : base + "/";
        return new Pages(name -> resource(owner, folder + name), "/");
    }

    /** The same files, where the server has them below a prefix such as {@code /pages/}. */
    public Pages under(String prefix) {
        checkArgument(
                prefix.startsWith("/") && prefix.endsWith("/"), "prefix: '%s' (expected: one such as /pages/)", prefix);
        return new Pages(source, prefix);
    }

    @Override
    public HttpResponse handle(HttpRequest request) throws IOException {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return HttpResponse.text(405, "Method Not Allowed").withHeader("Allow", "GET, HEAD");
        }
        String name = name(request.path());
        byte[] bytes = name == null ? null : source.read(name);
        if (name == null || bytes == null) {
            return NOT_FOUND;
        }
        return HttpResponse.of(200, type(name), Frame.of(bytes))
                .withHeader("Cache-Control", "no-cache")
                .withHeader("X-Content-Type-Options", "nosniff");
    }

    private static String type(String name) {
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return TYPES.getOrDefault(extension, "application/octet-stream");
    }

    /** The name of a file below the base, or null if the path is none that is served. */
    private @Nullable String name(String path) {
        String decoded = path.startsWith(prefix) ? decode(path.substring(prefix.length())) : null;
        if (decoded == null) {
            return null;
        }
        String name = decoded.isEmpty() || decoded.endsWith("/") ? decoded + "index.html" : decoded;
        for (String part : name.split("/", -1)) {
            if (part.isEmpty()
                    || part.startsWith(".")
                    || part.chars().anyMatch(c -> c < ' ' || c == '\\' || c == ':' || c == 0x7f)) {
                return null;
            }
        }
        return name;
    }

    /** A path without its percent signs, or null if they are not those of UTF-8. */
    private static @Nullable String decode(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        ByteBuffer bytes = ByteBuffer.allocate(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%') {
                if (i + 2 >= path.length()
                        || !HexFormat.isHexDigit(path.charAt(i + 1))
                        || !HexFormat.isHexDigit(path.charAt(i + 2))) {
                    return null;
                }
                bytes.put((byte) HexFormat.fromHexDigits(path, i + 1, i + 3));
                i += 2;
            } else if (c < 0x80) {
                bytes.put((byte) c);
            } else {
                return null;
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException malformed) {
            return null;
        }
    }

    private static byte @Nullable [] file(Path folder, String name) throws IOException {
        Path root = folder.toRealPath();
        Path file = root.resolve(name).normalize();
        if (!file.startsWith(root) || !Files.isRegularFile(file)) {
            return null;
        }
        Path real = file.toRealPath();
        if (!real.startsWith(root) || Files.size(real) > MAX_BYTES) {
            return null;
        }
        return Files.readAllBytes(real);
    }

    private static byte @Nullable [] resource(Class<?> owner, String name) throws IOException {
        if (name.lastIndexOf('.') < name.lastIndexOf('/')) {
            return null; // it may be a folder, which would be listed
        }
        try (InputStream in = owner.getResourceAsStream(name)) {
            if (in == null) {
                return null;
            }
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            return bytes.length > MAX_BYTES ? null : bytes;
        }
    }
}
