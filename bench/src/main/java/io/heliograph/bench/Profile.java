package io.heliograph.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Summary of the JFR recordings: hot methods and allocations. */
final class Profile {

    private static final int LINES = 22;
    private static final boolean LINUX = System.getProperty("os.name").equals("Linux");

    /** CPU-time samples where available: they include native code and are independent of the load. */
    static final String SETTINGS = LINUX ? "jdk.CPUTimeSample#enabled=true," : "";

    private static final List<String> VIEWS =
            List.of(LINUX ? "cpu-time-hot-methods" : "hot-methods", "allocation-by-site");

    private Profile() {}

    static void print(Path directory) throws IOException, InterruptedException {
        List<Path> recordings;
        try (Stream<Path> files = Files.list(directory)) {
            recordings = files.filter(file -> file.toString().endsWith(".jfr"))
                    .sorted()
                    .toList();
        }
        for (Path recording : recordings) {
            for (String view : VIEWS) {
                System.out.println("== " + recording.getFileName() + " " + view);
                Process jfr = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jfr")
                                        .toString(),
                                "view",
                                "--width",
                                "140",
                                "--truncate",
                                "beginning",
                                view,
                                recording.toString())
                        .redirectErrorStream(true)
                        .start();
                try (Stream<String> lines = jfr.inputReader().lines()) {
                    lines.filter(line -> !line.isBlank()).limit(LINES).forEach(System.out::println);
                }
                jfr.destroy();
                jfr.waitFor();
            }
        }
    }
}
