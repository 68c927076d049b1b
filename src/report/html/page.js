(()=>{const $=(s,e=document)=>[...e.querySelectorAll(s)],b=document.body,q=$('#q')[0],p=$('#p')[0],es=$('.e'),d=JSON.parse($('#x')[0]?.textContent||'[]');
let f='',from;const text=new Map(es.map(e=>[e,e.textContent.toLowerCase()])),on={};
function show(){const t=q.value.toLowerCase();let n=0;
for(const e of es){let h=f&&!(' '+e.dataset.v+' ').includes(' '+f+' ')||t&&!(text.get(e)+' '+(e.dataset.e||'')).includes(t);
if(!h&&e.classList.contains('q')&&!f&&!t)h=!on[e.dataset.e];e.hidden=!!h;if(!h)n++}
for(const s of $('section.g'))s.hidden=!$('.e:not([hidden])',s).length;
for(const x of $('[data-f]'))x.setAttribute('aria-pressed',x.dataset.f===f);$('#n')[0].textContent=n+' of '+es.length+' shown'}
const filter=v=>{f=f===v?'':v;show()},unify=()=>{const u=b.classList.toggle('x');$('#u')[0]?.setAttribute('aria-pressed',u)};
const shut=()=>{if(!p.hidden){p.hidden=true;from?.focus()}};
const spot=e=>e.tagName==='TR'?$('th',e)[0]:$('summary',e)[0];
function step(by){const v=es.filter(e=>!e.hidden),i=v.findIndex(e=>e.contains(document.activeElement)),e=v[i<0?(by>0?0:v.length-1):Math.max(0,Math.min(v.length-1,i+by))];if(e){const s=spot(e);s.focus();e.scrollIntoView({block:'center'})}}
for(const t of $('table')){const heads=$('thead th',t).map(e=>e.textContent);
for(const r of $('tbody tr',t)){const name=$('th',r)[0];name.tabIndex=-1;let i=0;for(const c of r.cells){if(i){c.dataset.h=heads[i];const x=c.firstElementChild;if(x)x.setAttribute('aria-label',name.dataset.n+' on '+heads[i]+': '+c.className.split(' ')[0])}i++}}}
document.addEventListener('click',e=>{const x=e.target.closest('button');if(!x)return;
if(x.dataset.f!==undefined)filter(x.dataset.f);else if(x.id==='u')unify();else if(x.id==='z')shut();
else if(x.dataset.o!==undefined){const k=x.dataset.o;on[k]=!on[k];x.setAttribute('aria-expanded',on[k]);show()}
else if(x.dataset.d!==undefined){from=x;$('h2',p)[0].textContent=x.getAttribute('aria-label');$('pre',p)[0].textContent=d[x.dataset.d];p.hidden=false;$('#z')[0].focus()}});
q.addEventListener('input',show);
document.addEventListener('keydown',e=>{if(e.ctrlKey||e.metaKey||e.altKey)return;
if(e.key==='Escape'){if(!p.hidden)shut();else if(document.activeElement===q){q.value='';show();q.blur()}return}
if(e.target===q)return;const k={'/':()=>q.focus(),j:()=>step(1),k:()=>step(-1),u:unify,d:()=>filter('to-be-decided')}[e.key];if(k){e.preventDefault();k()}});
addEventListener('beforeprint',()=>$('details').forEach(e=>e.open=true));
const fit=()=>b.style.setProperty('--h',getComputedStyle($('header')[0]).position==='sticky'?$('header')[0].offsetHeight+'px':'0px');addEventListener('resize',fit);fit();show()})()
