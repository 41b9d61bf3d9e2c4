// Renders the templates that stand on standard input for as long as it is told, as Go's text/template with Sprig does,
// and prints how many renders a second it made.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
)

type input struct {
	Milliseconds int               `json:"milliseconds"`
	Templates    []string          `json:"templates"`
	Data         map[string]string `json:"data"`
}

type result struct {
	Renders int     `json:"renders"`
	Seconds float64 `json:"seconds"`
	// What each template gave, so that both sides can be seen to do the same work.
	Outputs []string `json:"outputs"`
}

func main() {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		fail(err)
	}
	functions := sprig.TxtFuncMap()
	functions["bool"] = func(text any) bool { yes, _ := strconv.ParseBool(fmt.Sprint(text)); return yes }
	templates := make([]*template.Template, 0, len(in.Templates))
	for _, text := range in.Templates {
		parsed, err := template.New("template").Funcs(functions).Option("missingkey=error").Parse(text)
		if err != nil {
			fail(err)
		}
		templates = append(templates, parsed)
	}
	var out result
	limit := time.Duration(in.Milliseconds) * time.Millisecond
	round(templates, in.Data)
	for start := time.Now(); time.Since(start) < limit; out.Seconds = time.Since(start).Seconds() {
		out.Outputs = round(templates, in.Data)
		out.Renders += len(templates)
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		fail(err)
	}
}

func round(templates []*template.Template, data map[string]string) []string {
	outputs := make([]string, 0, len(templates))
	for _, parsed := range templates {
		var text strings.Builder
		if err := parsed.Execute(&text, data); err != nil {
			fail(err)
		}
		outputs = append(outputs, text.String())
	}
	return outputs
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
