package io.heliograph.web;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHandler;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
 * Serves files of a folder or resources of the class path.
 *
 * <p>A path that ends with {@code /} selects {@code index.html}. Names with {@code ..} or a leading dot, and links out of the
 * folder, are answered with 404. Large files are streamed; a resource is limited to 16 MiB.
 */
public final class Pages implements HttpHandler {

    private static final int MAX_RESOURCE_BYTES = 16 << 20;

    /** Maximum size of a file that is sent as a whole, in bytes; longer files are streamed. */
    private static final int MAX_WHOLE_BYTES = 1 << 20;

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

    @FunctionalInterface
    private interface Source {

        /** Returns the response with a file, or null if the file does not exist; {@code name} has no leading slash. */
        @Nullable
        HttpResponse read(String name) throws IOException;
    }

    private final Source source;
    private final String prefix;

    private Pages(Source source, String prefix) {
        this.source = source;
        this.prefix = prefix;
    }

    /** Serves the files of a folder; each request reads the file. */
    public static Pages folder(Path folder) {
        return new Pages(name -> file(folder, name), "/");
    }

    /**
     * Serves resources of the class path or of a module; only names with an extension.
     *
     * @param owner class whose {@link Class#getResourceAsStream} finds the resources
     * @param base folder of the resources, absolute such as {@code /pages} or relative to the class
     */
    public static Pages resources(Class<?> owner, String base) {
        String folder = base.isEmpty() || base.endsWith("/") ? base : base + "/";
        return new Pages(name -> resource(owner, folder + name), "/");
    }

    /** Returns pages that are served below a prefix such as {@code /pages/}. */
    public Pages under(String prefix) {
        checkArgument(
                prefix.startsWith("/") && prefix.endsWith("/"),
                "prefix: '%s' (expected: a prefix such as /pages/)",
                prefix);
        return new Pages(source, prefix);
    }

    @Override
    public @Nullable HttpResponse refusal(HttpRequest head) {
        return head.method().equals("GET") || head.method().equals("HEAD")
                ? null
                : HttpResponse.text(405, "Method Not Allowed").withHeader("Allow", "GET, HEAD");
    }

    @Override
    public HttpResponse handle(HttpRequest request) throws IOException {
        HttpResponse refusal = refusal(request);
        if (refusal != null) {
            return refusal;
        }
        String name = name(request.path());
        HttpResponse response = name == null ? null : source.read(name);
        return response == null
                ? NOT_FOUND
                : response.withHeader("Cache-Control", "no-cache").withHeader("X-Content-Type-Options", "nosniff");
    }

    private static String type(String name) {
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return TYPES.getOrDefault(extension, "application/octet-stream");
    }

    /** Returns the name of a file below the base, or null if the path is not served. */
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

    /** Decodes percent signs; null if they do not encode UTF-8. */
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

    private static @Nullable HttpResponse file(Path folder, String name) throws IOException {
        Path root = folder.toRealPath();
        Path file = root.resolve(name).normalize();
        if (!file.startsWith(root) || !Files.isRegularFile(file)) {
            return null;
        }
        Path real = file.toRealPath();
        if (!real.startsWith(root)) {
            return null;
        }
        long size = Files.size(real);
        if (size <= MAX_WHOLE_BYTES) {
            return HttpResponse.of(200, type(name), Frame.of(Files.readAllBytes(real)));
        }
        return HttpResponse.write(200, type(name), out -> {
                    try (InputStream in = Files.newInputStream(real)) {
                        copy(in, out, size);
                    }
                })
                .withHeader("Content-Length", Long.toString(size));
    }

    /** Copies {@code length} bytes; a file that grows meanwhile is cut at the announced length. */
    private static void copy(InputStream in, OutputStream out, long length) throws IOException {
        byte[] buffer = new byte[32 * 1024];
        long left = length;
        while (left > 0) {
            int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (count < 0) {
                return;
            }
            out.write(buffer, 0, count);
            left -= count;
        }
    }

    private static @Nullable HttpResponse resource(Class<?> owner, String name) throws IOException {
        if (name.lastIndexOf('.') < name.lastIndexOf('/')) {
            return null; // The name of a folder would list it.
        }
        try (InputStream in = owner.getResourceAsStream(name)) {
            if (in == null) {
                return null;
            }
            byte[] bytes = in.readNBytes(MAX_RESOURCE_BYTES + 1);
            return bytes.length > MAX_RESOURCE_BYTES ? null : HttpResponse.of(200, type(name), Frame.of(bytes));
        }
    }
}
