package io.heliograph.cli.management;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.Json;
import io.heliograph.codec.CodecException;
import io.heliograph.internal.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Client of a management listener. Blocks. */
public final class ManagementClient {

    /** Limits the length of an answer, in bytes. */
    private static final int MAX_ANSWER = 16 << 20;

    private static final String API = "/_helio/api/";
    private static final String EXPECTED =
            " (expected: the management listener of a server, by default at the port of clients + 100)";

    private final URI base;
    private final @Nullable String token;
    private final int timeoutMillis;

    private ManagementClient(URI base, @Nullable String token, int timeoutMillis) {
        this.base = base;
        this.token = token;
        this.timeoutMillis = timeoutMillis;
    }

    static ManagementClient of(String url, @Nullable String token, Duration timeout) {
        try {
            URI uri = new URI(url);
            String scheme = uri.getScheme();
            if (uri.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
                return new ManagementClient(uri, token, (int) timeout.toMillis());
            }
        } catch (URISyntaxException invalid) {
            // Reported below.
        }
        throw new IllegalArgumentException("URL: '" + url + "' (expected: http://HOST:PORT or https://HOST:PORT)");
    }

    /** Whether a server answers at the address. */
    public boolean isReachable() {
        try {
            HttpURLConnection connection = connect("/healthz");
            connection.getResponseCode();
            connection.disconnect();
            return true;
        } catch (IOException unreachable) {
            return false;
        }
    }

    /**
     * Runs a command of the server.
     *
     * @param arguments members of the request
     * @return the members of the answer
     * @throws CommandFailure if the server cannot be reached, or the command fails
     */
    public Map<String, Object> run(String command, Map<String, String> arguments) {
        return members(answer(API + command, object(arguments)));
    }

    /**
     * Reads a document.
     *
     * @param path path below {@code /_helio/api/}, with its query
     * @throws CommandFailure if the server cannot be reached, or has no such document
     */
    public String document(String path) {
        return answer(API + path, null);
    }

    /** Reads a document as a map. */
    public Map<String, Object> read(String path) {
        return members(document(path));
    }

    /** @param body body of a POST; null for a GET */
    private String answer(String path, @Nullable String body) {
        try {
            HttpURLConnection connection = connect(path);
            if (body != null) {
                connection.setRequestMethod("POST");
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json");
                connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
            }
            int status = connection.getResponseCode();
            byte[] answer;
            try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                answer = in == null ? new byte[0] : in.readNBytes(MAX_ANSWER + 1);
            }
            if (answer.length > MAX_ANSWER) {
                throw new CommandFailure(base + ": an answer of more than " + MAX_ANSWER + " bytes");
            }
            String text = new String(answer, StandardCharsets.UTF_8);
            if (status == HttpURLConnection.HTTP_OK) {
                return text;
            }
            if (status == HttpURLConnection.HTTP_UNAUTHORIZED) {
                throw new CommandFailure(base
                        + (token == null
                                ? " needs a token (expected: --token-file, or HELIO_MANAGEMENT_TOKEN)"
                                : " rejects the token (expected: management.token of the server)"));
            }
            throw new CommandFailure(base + " answers " + status + reason(text));
        } catch (IOException unreachable) {
            throw new CommandFailure("cannot reach " + base + ": " + Event.messageOf(unreachable) + EXPECTED);
        }
    }

    /** Returns the error of an answer; without one, the server is probably not the expected one. */
    private static String reason(String answer) {
        try {
            if (Json.read(answer) instanceof Map<?, ?> map && map.get("error") instanceof String error) {
                return ": " + Printable.of(error);
            }
        } catch (CodecException malformed) {
            // Not JSON.
        }
        return EXPECTED;
    }

    private static String object(Map<String, String> members) {
        return members.entrySet().stream()
                .map(each -> Json.quote(each.getKey()) + ":" + Json.quote(each.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private HttpURLConnection connect(String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) base.resolve(path).toURL().openConnection();
        connection.setConnectTimeout(timeoutMillis);
        connection.setReadTimeout(timeoutMillis);
        if (token != null) {
            connection.setRequestProperty("Authorization", "Bearer " + token);
        }
        return connection;
    }

    @SuppressWarnings("unchecked") // a JSON object
    private Map<String, Object> members(String answer) {
        try {
            if (Json.read(answer) instanceof Map<?, ?> map) {
                return (Map<String, Object>) map;
            }
        } catch (CodecException malformed) {
            // Reported below.
        }
        throw new CommandFailure(base + ": not a JSON object" + EXPECTED);
    }
}
