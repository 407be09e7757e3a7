package io.heliograph.server.binding;

import io.heliograph.channel.MessageChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Member of a message channel in a process of its own: prints its messages, and sends the lines of its standard input. */
final class ChannelMemberProcess implements AutoCloseable {

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    ChannelMemberProcess(Path folder) throws IOException {
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChannelMemberProcess.class.getName(),
                        folder.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add(e.toString());
        }
    }

    /** Returns the next printed line. */
    String next() throws InterruptedException {
        String line = lines.poll(30, TimeUnit.SECONDS);
        return line == null ? "nothing within 30 s" : line;
    }

    /** Lets the process send {@code count} messages with the topic {@code n}: 0, 1, 2 and so on. */
    void send(int count) throws IOException {
        process.getOutputStream().write((count + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    /** Joins the channel {@code m}, and prints {@code hub} for each announcement of a hub. */
    public static void main(String[] arguments) throws IOException {
        MessageChannel channel =
                MessageChannel.builder("m").directory(Path.of(arguments[0])).build();
        channel.onHub(hub -> System.out.println("hub"));
        channel.onMessage(message ->
                System.out.println(message.topic() + "=" + message.payload().text()));
        channel.connect().join();
        System.out.println("joined");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            int count = Integer.parseInt(line);
            for (int i = 0; i < count; i++) {
                while (!channel.send("n", i)) {
                    Thread.onSpinWait();
                }
            }
        }
        System.exit(0);
    }
}
