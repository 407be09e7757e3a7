package io.heliograph.bench;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** JSON form of the results; one line per run. */
final class Json {

    private final StringBuilder text = new StringBuilder();

    private Json() {}

    static String of(Suite suite, Map<String, String> machine, Options options, List<Run> runs) {
        Json json = new Json();
        json.text.append("{\n  \"machine\": ");
        json.map(machine);
        json.text.append(",\n  \"settings\": ");
        Map<String, Object> settings = new HashMap<>(suite.settings());
        settings.put("seconds", options.seconds());
        settings.put("warmUpSeconds", options.warmUpSeconds());
        settings.put("rounds", options.runs());
        settings.put("oneCore", options.oneCore());
        json.map(settings);
        json.text.append(",\n  \"targets\": [");
        String separator = "";
        for (Target target : suite.targets()) {
            Double value = target.value(runs).orElse(null);
            if (value != null) {
                json.text.append(separator).append("\n    ");
                json.map(Map.of(
                        "target",
                        target.text(),
                        target.other() == null ? "value" : "ratio",
                        value,
                        "met",
                        target.isMet(value)));
                separator = ",";
            }
        }
        json.text.append("\n  ],\n  \"runs\": [");
        separator = "";
        for (Run run : runs) {
            json.text.append(separator).append("\n    {\"round\": ").append(run.round());
            json.text.append(", \"contestant\": \"").append(run.contestant().label());
            json.text
                    .append("\", \"scenario\": \"")
                    .append(run.scenario().label())
                    .append('"');
            run.values().forEach((metric, value) -> {
                json.text.append(", \"").append(metric.label).append("\": ");
                json.value(value);
            });
            json.text.append('}');
            separator = ",";
        }
        json.text.append("\n  ]\n}\n");
        return json.text.toString();
    }

    private void map(Map<String, ?> map) {
        text.append('{');
        // Sorted, so that two files can be compared.
        Iterator<? extends Map.Entry<String, ?>> entries =
                map.entrySet().stream().sorted(Map.Entry.comparingByKey()).iterator();
        while (entries.hasNext()) {
            Map.Entry<String, ?> entry = entries.next();
            value(entry.getKey());
            text.append(": ");
            value(entry.getValue());
            text.append(entries.hasNext() ? ", " : "");
        }
        text.append('}');
    }

    private void value(Object value) {
        switch (value) {
            case Double number -> text.append(String.format(Locale.ROOT, "%.3f", number));
            case Number number -> text.append(number);
            case Boolean flag -> text.append(flag);
            default ->
                text.append('"')
                        .append(value.toString().replace("\\", "\\\\").replace("\"", "\\\""))
                        .append('"');
        }
    }
}
