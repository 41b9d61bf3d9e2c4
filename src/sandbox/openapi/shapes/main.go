// Command shapes prints how the Go types of the Kubernetes API write their fields as JSON, which OpenAPI does not tell:
// which fields are left out when they hold their zero value, and which are written always.
//
// Output: {"io.k8s.api.apps.v1.DeploymentSpec": {"dropZero": ["minReadySeconds"], "always": {"template": "object"}}}
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/scheme"
)

type shape struct {
	DropZero []string          `json:"dropZero,omitempty"`
	Always   map[string]string `json:"always,omitempty"`
}

var custom = map[reflect.Type]string{
	reflect.TypeOf(metav1.Time{}):        "null",
	reflect.TypeOf(metav1.MicroTime{}):   "null",
	reflect.TypeOf(resource.Quantity{}):  "quantity",
	reflect.TypeOf(intstr.IntOrString{}): "number",
}

func main() {
	out := map[string]shape{}
	for _, t := range scheme.Scheme.AllKnownTypes() {
		visit(t, out)
	}
	visit(reflect.TypeOf(apiextensions.CustomResourceDefinition{}), out)
	enc := json.NewEncoder(os.Stdout)
	if err := enc.Encode(out); err != nil {
		panic(err)
	}
}

func name(t reflect.Type) string {
	parts := strings.SplitN(t.PkgPath(), "/", 2)
	host := strings.Split(parts[0], ".")
	for i, j := 0, len(host)-1; i < j; i, j = i+1, j-1 {
		host[i], host[j] = host[j], host[i]
	}
	rest := ""
	if len(parts) == 2 {
		rest = "." + strings.ReplaceAll(parts[1], "/", ".")
	}
	return strings.Join(host, ".") + rest + "." + t.Name()
}

func visit(t reflect.Type, out map[string]shape) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Array:
		visit(t.Elem(), out)
		return
	case reflect.Struct:
	default:
		return
	}
	if _, ok := custom[t]; ok {
		return
	}
	if _, seen := out[name(t)]; seen {
		return
	}
	s := shape{Always: map[string]string{}}
	out[name(t)] = s
	fields(t, &s, out)
	out[name(t)] = s
}

func fields(t reflect.Type, s *shape, out map[string]shape) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := strings.Split(f.Tag.Get("json"), ",")
		if f.Anonymous && (tag[0] == "") {
			fields(f.Type, s, out)
			continue
		}
		if tag[0] == "-" || tag[0] == "" {
			continue
		}
		visit(f.Type, out)
		omitEmpty, omitZero := false, false
		for _, o := range tag[1:] {
			omitEmpty = omitEmpty || o == "omitempty"
			omitZero = omitZero || o == "omitzero"
		}
		kind := zero(f.Type)
		scalar := kind == "string" || kind == "number" || kind == "boolean"
		isStruct := kind == "object" || (custom[f.Type] != "")
		switch {
		case omitZero, omitEmpty && !isStruct:
			if scalar {
				s.DropZero = append(s.DropZero, tag[0])
			}
		default:
			s.Always[tag[0]] = kind
		}
	}
}

// zero names what a field of the type is written as when nothing was set.
func zero(t reflect.Type) string {
	if k, ok := custom[t]; ok {
		return k
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Struct:
		return "object"
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return "null"
	default:
		return "number"
	}
}
