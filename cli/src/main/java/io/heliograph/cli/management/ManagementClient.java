package io.heliograph.cli.management;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.Json;
import io.heliograph.codec.CodecException;
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
        try {
            HttpURLConnection connection = connect("/_helio/api/" + command);
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/json");
            connection.getOutputStream().write(object(arguments).getBytes(StandardCharsets.UTF_8));
            int status = connection.getResponseCode();
            byte[] body;
            try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                body = in == null ? new byte[0] : in.readNBytes(MAX_ANSWER);
            }
            Map<String, Object> answer = members(body);
            if (status == HttpURLConnection.HTTP_OK) {
                return answer;
            }
            Object error = answer.get("error");
            throw new CommandFailure(base + ": " + command + ": " + (error == null ? "status " + status : error));
        } catch (IOException unreachable) {
            throw new CommandFailure(base + ": " + Event.messageOf(unreachable)
                    + " (expected: the management listener of a server, see its line with protocol management)");
        }
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
    private static Map<String, Object> members(byte[] body) {
        try {
            Object value = Json.read(new String(body, StandardCharsets.UTF_8));
            return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
        } catch (CodecException malformed) {
            return Map.of();
        }
    }
}
