from datetime import UTC, datetime, date
import numpy as np, time
from mhc_core.db.queries import knowledge as q
from mhc_core.knowledge import index, retrieval, learned, general
from mhc_core.knowledge.articles import import_articles
from mhc_core.knowledge import chunks
from mhc_core.knowledge.compare import metrics, ranks, retrieved
from mhc_core.providers import minilm
from mhc_core import sample, business
NOW=datetime(2026,11,21,tzinfo=UTC)
def test_m(connection, capsys):
    c=connection; m=minilm.load()
    r=import_articles(c,[sample.knowledge_dir()],NOW)
    t=time.time(); v=index.build(c,m,NOW); bt=time.time()-t
    qs=q.questions(c); vec=m.embed([a for a,_ in qs])
    with capsys.disabled():
        print(r.inserted,r.rejected,v.chunk_count,'build s %.1f'%bt,len(qs))
        for pa in (1,):
            for w in (.15,):
                retrieval.LEXICAL_WEIGHT=w; retrieval.PER_ARTICLE=pa
                print(pa,w,metrics(ranks(qs,retrieved(c,v.id,qs,vec))))
        retrieval.LEXICAL_WEIGHT=.15; retrieval.PER_ARTICLE=1
        rk=ranks(qs,retrieved(c,v.id,qs,vec))
        for (a,b),k,x in zip(qs,rk,vec):
            if k==0 or k>3: print('MISS',b,k,a,[p.article_id for p in retrieval.search(c,v.id,a,x)])
        # learned: similarity of general sample answers to nearest chunk
        b=business.load(); n=general.known_numbers(b); seen={}
        for rec in sample.generate(1,2400,date(2026,10,5),30,b):
            ms=rec['messages']
            if len(ms)>1 and ms[0]['role']=='user' and ms[1]['role']!='user' and ms[0].get('intent') in learned.REUSABLE and general.general(ms[0]['content'],ms[1]['content'],n):
                seen.setdefault(ms[1]['content'],(learned.title(ms[0]['content']),ms[1]['content']))
        pairs=list(seen.values())
        from mhc_core.db.queries import learned as lq
        V=chunks.vectors(m,[q.Chunk("",a,a,x,"") for a,x in pairs])
        sa_=lq.said_already(c,m.id,V,[x for _,x in pairs]); near=np.array([a for a,_ in sa_]); held=np.array([b for _,b in sa_])
        print(len(pairs),'near',np.quantile(near,[0,.1,.25,.5,.75,.9,1]).round(2),'held',np.quantile(held,[0,.1,.25,.5,.75,.9,1]).round(2),np.corrcoef(near,held)[0,1])
        o=np.argsort(held)
        import sqlalchemy as sa
        for n_,(T,H) in enumerate(((.7,.6),(.75,.6),(.8,.65),(.8,2))):
            c.execute(sa.text("update ai.knowledge_articles set active=false where origin='learned'"))
            tk=[];ch=[]
            for (a,x),v_,nn,hh in zip(pairs,V,near,held):
                if nn<T and hh<H and all(v_@o<.7 for o in tk) and len(ch)<25 and not a.lower().startswith(('my name',"name's",'im ',"i'm")): tk.append(v_); ch.append((a,x))
            q.upsert_articles(c,[dict(id=f'KB-L{n_}{i}',title=a,category='learned',tags=['x'],body=x,content_sha256=x,origin='learned',reviewed_at=NOW) for i,(a,x) in enumerate(ch)],NOW)
            vv=index.build(c,m,NOW)
            for lw in (1,.9,.8): retrieval.LEARNED_WEIGHT=lw; print(T,H,len(ch),lw,metrics(ranks(qs,retrieved(c,vv.id,qs,vec))))
            if n_==2:
                for x in ch: print('##',x)
